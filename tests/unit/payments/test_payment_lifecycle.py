"""Every status, action and party of a payment against a table that was written by hand."""

import pytest

from booking_domain.payments.transitions import (
    PAYMENT_LIFECYCLE,
    InvalidPaymentTransition,
    PaymentAction,
    PaymentParty,
    PaymentStatus,
)
from booking_domain.shared.lifecycle import NotYourMove

AGREED = """
    pending     settle     paid        gateway
    authorised  settle     paid        gateway
    failed      settle     paid        gateway
    cancelled   settle     paid        gateway
    released    settle     paid        gateway
    paid        settle     paid        gateway
    pending     authorise  authorised  gateway
    cancelled   authorise  authorised  gateway
    authorised  release    released    gateway
    authorised  lapse      failed      gateway
    pending     fail       failed      gateway
    pending     cancel     cancelled   platform
"""
MOVES = {(status, action): (to, set(by)) for status, action, to, *by in map(str.split, AGREED.strip().splitlines())}


@pytest.mark.parametrize("status", PaymentStatus)
@pytest.mark.parametrize("action", PaymentAction)
@pytest.mark.parametrize("party", PaymentParty)
def test_a_payment_moves_exactly_as_the_expected_table_says(
    status: PaymentStatus, action: PaymentAction, party: PaymentParty
) -> None:
    to, by = MOVES.get((status, action), (None, set()))
    if to is None:
        with pytest.raises(InvalidPaymentTransition) as refused:
            PAYMENT_LIFECYCLE.advance(status, action, party)
        assert refused.value.code == "payment.invalid_transition"
    elif party not in by:
        with pytest.raises(NotYourMove):
            PAYMENT_LIFECYCLE.advance(status, action, party)
    else:
        assert PAYMENT_LIFECYCLE.advance(status, action, party) == to


def test_the_lifecycle_equals_the_expected_table() -> None:
    assert {key: (move.to, set(move.by)) for key, move in PAYMENT_LIFECYCLE.moves.items()} == MOVES


def test_every_status_can_be_reached() -> None:
    assert {to for to, _ in MOVES.values()} | {"pending"} == set(PaymentStatus)
