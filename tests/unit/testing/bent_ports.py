"""Each method of a port answers a little wrong: `test_contract_mutants.py` runs the contracts.

An order that the docstring promises is turned round, or is the one in which the rows were stored, or the reverse of
that; the last of several is left out, a number is one more, yes is no, and an error that the docstring names is not
raised.
"""

import builtins
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, get_args, get_origin, get_type_hints

import pytest
from tests.unit.testing.silent_ports import ADAPTERS, ELSEWHERE, EQUAL, changed_contract

from booking_domain.shared.errors import DomainError
from booking_domain.shared.idempotency import KeyInUse
from booking_domain.testing.contracts import CONTRACTS
from booking_domain.testing.kit.tables import State

Bend = Callable[[Any], Any]
_SORTED: Final = sorted
_ORDER: Final = re.compile(r"\b(by|first|in (the )?order|ordered|sorted|in their order|oldest|newest)\b")
_OF_STORING: Final = re.compile(r"\bin the order in which (it was|they were) stored\b")
_OF_ARGUMENTS: Final = re.compile(r"\bin their order\b")
_LOCK: Final = re.compile(
    r"\b(locked until|rows? locked|current, locked|one at a time|concurrent request|make them wait"
    r"|until (the (database )?transaction|this( one| unit of work)) ends)\b"
)
_REFUSAL: Final = re.compile(r"\braises?:? *\n? *`?[A-Z]|Raises:")


def backwards(answer: Sequence[Any]) -> Sequence[Any]:
    return answer[::-1]


def each_backwards(answer: Mapping[Any, Sequence[Any]]) -> Mapping[Any, Sequence[Any]]:
    return {key: backwards(each) for key, each in answer.items()}


def one_less(answer: Sequence[Any]) -> Sequence[Any]:
    return answer[:-1] if len(answer) > 1 else answer


def one_more(answer: int) -> int:
    return answer + 1


def the_opposite(answer: object) -> bool:
    return not answer


def is_ordered(port: type, promised: Callable[..., Any]) -> bool:
    """Whether the docstring promises an order: that of the port for all its methods, or that of the method."""
    of_method = f"{promised.__doc__}"
    return "in no order" not in of_method and bool(_ORDER.search(f"{port.__doc__} {of_method}"))


def bends_of(port: type, promised: Callable[..., Any]) -> Iterator[Bend]:
    """What is wrong with the answers of a method."""
    answer = get_type_hints(promised).get("return")
    kind, ordered = get_origin(answer) or answer, is_ordered(port, promised)
    if kind is bool:
        yield the_opposite
    elif kind is int:
        yield one_more
    elif inspect.isclass(kind) and issubclass(kind, Sequence) and not issubclass(kind, (str, bytes)):
        yield one_less
        if ordered:
            yield backwards
    elif ordered and kind is Mapping and get_origin(get_args(answer)[1]) is Sequence:
        yield each_backwards


def bent(method: Callable[..., Any], bend: Bend) -> Callable[..., Any]:
    """The method with this wrong about its answers."""

    async def answered(*args: Any, **named: Any) -> Any:
        return bend(await method(*args, **named))

    return answered


def unsorted(method: Callable[..., Any], *, reversing: bool) -> Callable[..., Any]:
    """The method without sorting; `reversing` what was stored where it sorts the greatest first."""

    def as_they_come(items: Iterable[Any], *, key: Any = None, reverse: bool = False) -> list[Any]:
        if isinstance(items, (set, frozenset)):  # which are stored in no order
            return _SORTED(items, key=key, reverse=not reverse)
        return list(items)[:: -1 if reverse and reversing else 1]

    async def answered(*args: Any, **named: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(builtins, "sorted", as_they_come)
            return await method(*args, **named)

    return answered


def by_argument(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, which answers in the order of the arguments, in an order of its own."""

    async def answered(self: object, asked: Iterable[Any], *args: Any, **named: Any) -> Any:
        return await method(self, _SORTED(asked), *args, **named)

    return answered


def disorders(port: type, promised: Callable[..., Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """What makes a method answer in another order than the docstring promises: a name, and a change of the method.

    Nothing if the promised order is that of storing.
    """
    answer, promise = get_type_hints(promised)["return"], f"{port.__doc__} {promised.__doc__}"
    if hasattr(answer, "_fields") or _OF_STORING.search(promise):
        return
    if _OF_ARGUMENTS.search(promise):
        yield "disordered", by_argument
    else:
        yield "unsorted", partial(unsorted, reversing=False)
        yield "unsorted_reversed", partial(unsorted, reversing=True)


def locks(port: type, name: str, promised: Callable[..., Any]) -> bool:
    """Whether other database transactions wait after a call, though it need not write."""
    if "outside any" in f"{port.__doc__}" or f"{port.__name__}_{name}" in WRITING:
        return False
    return name.startswith(("lock", "try_lock")) or name == "hold" or bool(_LOCK.search(f"{promised.__doc__}"))


def unlocked(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without locking."""

    async def answered(*args: Any, **named: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(State, "lock", lambda _: None)
            return await method(*args, **named)

    return answered


def unrefusing(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without its errors."""

    async def answered(*args: Any, **named: Any) -> Any:
        try:
            return await method(*args, **named)
        except (DomainError, KeyInUse):
            return None

    return answered


WRITING: Final = {"LiveEvents_append", "Receipts_next_number"}
"""What others wait for since it writes."""


def mutants() -> Iterator[tuple[str, type, dict[tuple[type, str], Callable[..., Any]]]]:
    """The name of each mutant, the contract that has to fail, and the methods that it changes."""
    for port, contract in CONTRACTS.items():
        adapters = [each for each in ADAPTERS if port in each.__mro__]
        for name, promised in vars(port).items():
            key = f"{port.__name__}_{name}"
            if not adapters or not inspect.iscoroutinefunction(promised) or name.startswith("_") or key in EQUAL:
                continue
            of = ELSEWHERE.get(key, contract)
            bends = list(bends_of(port, promised))
            for bend in bends:
                yield f"{key}_{bend.__name__}", of, {(a, name): bent(getattr(a, name), bend) for a in adapters}
            for disorder, change in disorders(port, promised) if {backwards, each_backwards} & {*bends} else ():
                yield f"{key}_{disorder}", of, {(a, name): change(getattr(a, name)) for a in adapters}
            if locks(port, name, promised):
                yield f"{key}_unlocked", of, {(a, name): unlocked(getattr(a, name)) for a in adapters}
            if _REFUSAL.search(promised.__doc__ or ""):
                yield f"{key}_never_refuses", of, {(a, name): unrefusing(getattr(a, name)) for a in adapters}


BENT: Final[Mapping[str, Any]] = {name: (contract, changed) for name, contract, changed in mutants()}
UNASSERTED: Final = {"Signals_wait_never_refuses"}
"""What no contract notices: memory is never unreachable. `tests/unit/adapters/postgres/test_signals.py` asserts it of
PostgreSQL."""
NAMES: Final = BENT.keys()

globals().update({f"Test_{name}": changed_contract(*BENT[name]) for name in NAMES})
