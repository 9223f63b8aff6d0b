"""Each method of a port answers a little wrong: `test_contract_mutants.py` runs the contracts.

An order that the docstring promises is turned round, the last of several is left out, a number is one more, yes is no,
and an error that the docstring names is not raised.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, get_origin, get_type_hints

from tests.unit.testing.silent_ports import ADAPTERS, ELSEWHERE, EQUAL, changed_contract

from booking_domain.shared.errors import DomainError
from booking_domain.shared.idempotency import KeyInUse
from booking_domain.testing.contracts import CONTRACTS

Bend = Callable[[Any], Any]
_ORDER: Final = re.compile(r"\b(by|first|in (the )?order|ordered|sorted|in their order|oldest|newest)\b")
_REFUSAL: Final = re.compile(r"\braises?:? *\n? *`?[A-Z]|Raises:")


def backwards(answer: Sequence[Any]) -> Sequence[Any]:
    return answer[::-1]


def one_less(answer: Sequence[Any]) -> Sequence[Any]:
    return answer[:-1] if len(answer) > 1 else answer


def one_more(answer: int) -> int:
    return answer + 1


def the_opposite(answer: object) -> bool:
    return not answer


def bends_of(port: type, promised: Callable[..., Any]) -> Iterator[Bend]:
    """What is wrong with the answers of a method."""
    answer = get_type_hints(promised).get("return")
    kind = get_origin(answer) or answer
    if kind is bool:
        yield the_opposite
    elif kind is int:
        yield one_more
    elif inspect.isclass(kind) and issubclass(kind, Sequence) and not issubclass(kind, (str, bytes)):
        yield one_less
        if _ORDER.search(f"{port.__doc__} {promised.__doc__}"):
            yield backwards


def bent(method: Callable[..., Any], bend: Bend) -> Callable[..., Any]:
    """The method with this wrong about its answers."""

    async def answered(*args: Any, **named: Any) -> Any:
        return bend(await method(*args, **named))

    return answered


def unrefusing(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without its errors."""

    async def answered(*args: Any, **named: Any) -> Any:
        try:
            return await method(*args, **named)
        except (DomainError, KeyInUse):
            return None

    return answered


def mutants() -> Iterator[tuple[str, type, dict[tuple[type, str], Callable[..., Any]]]]:
    """The name of each mutant, the contract that has to fail, and the methods that it changes."""
    for port, contract in CONTRACTS.items():
        adapters = [each for each in ADAPTERS if port in each.__mro__]
        for name, promised in vars(port).items():
            key = f"{port.__name__}_{name}"
            if not adapters or not inspect.iscoroutinefunction(promised) or name.startswith("_") or key in EQUAL:
                continue
            of = ELSEWHERE.get(key, contract)
            for bend in bends_of(port, promised):
                yield f"{key}_{bend.__name__}", of, {(a, name): bent(getattr(a, name), bend) for a in adapters}
            if _REFUSAL.search(promised.__doc__ or ""):
                yield f"{key}_never_refuses", of, {(a, name): unrefusing(getattr(a, name)) for a in adapters}


BENT: Final[Mapping[str, Any]] = {name: (contract, changed) for name, contract, changed in mutants()}
UNASSERTED: Final = {"Signals_wait_never_refuses"}
"""What no contract notices: memory is never unreachable. `tests/unit/adapters/postgres/test_signals.py` asserts it of
PostgreSQL."""
NAMES: Final = BENT.keys()

globals().update({f"Test_{name}": changed_contract(*BENT[name]) for name in NAMES})
