"""Mutants of the lifecycle tables, which mutmut ignores because they are not functions.

Each row is removed, led to each other status, given to and taken from each party; each row that is not there is added;
each flag is flipped.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final, cast

import pytest
from tests.mutants.running import Mutant

from booking_domain.bookings import transitions as bookings
from booking_domain.payments import refunds, transfers
from booking_domain.payments import transitions as payments
from booking_domain.shared.lifecycle import Lifecycle, Move

TESTS: Final = (
    "tests/unit/bookings/test_booking_lifecycle.py",
    "tests/unit/payments/test_payment_lifecycle.py",
    "tests/unit/payments/test_refunds.py",
)
BOOKINGS: Final = "src/booking_domain/bookings/transitions.py"
PAYMENTS: Final = "src/booking_domain/payments/transitions.py"
REFUNDS: Final = "src/booking_domain/payments/refunds.py"
Change = tuple[str, str, frozenset[StrEnum], Callable[[], object]]
"""File, changed object, parameters that the change concerns, and the change."""


def table_mutants(items: list[pytest.Item]) -> Iterator[Mutant]:
    """All table mutants; tests whose parameters match the change come first."""
    tests = [item for item in items if item.nodeid.startswith(TESTS)]
    for file, name, about, change in _changes():
        yield Mutant(file, name, name, change, sorted(tests, key=lambda item: -_nearness(item, about)))


def _nearness(item: pytest.Item, about: frozenset[StrEnum]) -> int:
    callspec = getattr(item, "callspec", None)
    return 0 if callspec is None else len(about.intersection(callspec.params.values()))


def _changes() -> Iterator[Change]:
    statuses = (bookings.Status, bookings.Action, bookings.Party)
    yield from _of_lifecycle(BOOKINGS, bookings.BOOKING_LIFECYCLE, *statuses)
    parts = (payments.PaymentStatus, payments.PaymentAction, payments.PaymentParty)
    yield from _of_lifecycle(PAYMENTS, payments.PAYMENT_LIFECYCLE, *parts)
    parts_of_refunds = (refunds.RefundStatus, transfers.TransferAction, payments.PaymentParty)
    yield from _of_lifecycle(REFUNDS, refunds.REFUND_LIFECYCLE, *parts_of_refunds)
    for status, claims in bookings.CLAIMS_TIME.items():
        what = f"{status} does{' not' * claims} claim time"
        yield BOOKINGS, what, frozenset({status}), _putting(bookings.CLAIMS_TIME, status, not claims)


def _of_lifecycle(
    file: str,
    lifecycle: Lifecycle[Any, Any, Any],
    statuses: type[StrEnum],
    actions: type[StrEnum],
    parties: type[StrEnum],
) -> Iterator[Change]:
    table = cast("dict[Any, Any]", lifecycle.moves)
    for row in [(status, action) for status in statuses for action in actions]:
        name, about = f"{lifecycle.thing}: {' '.join(row)}", frozenset(row)
        move = table.get(row)
        if move is None:
            anybody = Move(next(iter(statuses)), frozenset(parties))
            yield file, f"{name}: added", about, _putting(table, row, anybody)
            continue
        yield file, f"{name}: removed", about, _removing(table, row)
        for to in statuses:
            if to is not move.to:
                yield file, f"{name}: to {to}", about, _putting(table, row, Move(to, move.by))
        for party in parties:
            what = f"{name}: {'not ' * (party in move.by)}by {party}"
            yield file, what, about, _putting(table, row, Move(move.to, move.by ^ {party}))


def _putting(table: dict[Any, Any], key: object, value: object) -> Callable[[], object]:
    return lambda: table.update({key: value})


def _removing(table: dict[Any, Any], key: object) -> Callable[[], object]:
    return lambda: table.pop(key)
