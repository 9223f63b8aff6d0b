"""Each method of each port does nothing, and gives an empty answer: `test_contract_mutants.py` runs the contracts."""

import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final, get_origin, get_type_hints

import pytest

import booking_domain.testing
from booking_domain.testing.backend import OpenBackend
from booking_domain.testing.bookings.contracts.booking_reads import BookingReadsContract
from booking_domain.testing.bookings.contracts.bookings import BookingsContract
from booking_domain.testing.catalogue.contracts.profiles import ProfilesContract
from booking_domain.testing.contracts import CONTRACTS
from booking_domain.testing.memory import MemoryDatabase
from booking_domain.testing.notifications.contracts.notifications import NotificationsContract
from booking_domain.testing.notifications.contracts.sms_messages import SmsMessagesContract
from booking_domain.testing.scheduling.contracts.resources import ResourcesContract
from booking_domain.testing.scheduling.contracts.services import ServicesContract

ELSEWHERE: Final[Mapping[str, type]] = {
    "BookingReads_get": BookingsContract,
    "BookingReads_events": BookingsContract,
    "NotificationReads_count_sent": NotificationsContract,
    "NotificationReads_unread": NotificationsContract,
    "PaymentReads_of_each_booking": BookingReadsContract,
    "ProviderReads_of_all": ProfilesContract,
    "ProviderSchedules_lock_members": ServicesContract,
    "Services_count_needing": ResourcesContract,
    "SmsReads_get": SmsMessagesContract,
}
"""Methods that the contract of another port asserts."""
EQUAL: Final = {"IdempotencyStore_confirm", "IdempotencyStore_release", "Signals_close"}
"""Methods that have nothing to do in memory, where a key is reserved at once."""


def in_memory() -> Iterator[type]:
    """The classes of the memory adapters."""
    for found in pkgutil.walk_packages(booking_domain.testing.__path__, "booking_domain.testing."):
        if ".memory" in found.name:
            module = import_module(found.name)
            yield from (each for each in vars(module).values() if inspect.isclass(each))


def silent(promised: Callable[..., Any]) -> Callable[..., Any]:
    """A method of the same kind that does nothing, and answers with nothing, no, none or zero."""
    answer = get_type_hints(promised).get("return")
    kind = get_origin(answer) or answer
    if kind in {bool, int, str}:
        empty: Any = kind()
    elif inspect.isclass(kind) and issubclass(kind, Mapping):
        empty = {}
    else:
        empty = () if hasattr(kind, "__iter__") else None

    async def nothing(*_: object, **__: object) -> Any:
        return empty

    return nothing if inspect.iscoroutinefunction(promised) else lambda *_, **__: empty


ADAPTERS: Final = tuple(dict.fromkeys(in_memory()))
SILENT: Final = {
    f"{port.__name__}_{name}": (
        ELSEWHERE.get(f"{port.__name__}_{name}", contract),
        {(adapter, name): silent(promised) for adapter in adapters},
    )
    for port, contract in CONTRACTS.items()
    if (adapters := [each for each in ADAPTERS if port in each.__mro__])
    for name, promised in vars(port).items()
    if inspect.isfunction(promised) and not name.startswith("_")
}
NAMES: Final = SILENT.keys() - EQUAL


def changed_contract(contract: type, changed: Mapping[tuple[type, str], Callable[..., Any]]) -> type:
    """The contract, for memory with other methods."""

    def open_backend(_: Any, monkeypatch: pytest.MonkeyPatch) -> OpenBackend:
        for (adapter, method), wrong in changed.items():
            monkeypatch.setattr(adapter, method, wrong)

        @asynccontextmanager
        async def opened() -> AsyncIterator[MemoryDatabase]:
            yield MemoryDatabase()

        return opened

    return type(contract.__name__, (contract,), {"open_backend": pytest.fixture(open_backend)})


globals().update({f"Test_{name}": changed_contract(*SILENT[name]) for name in NAMES})
