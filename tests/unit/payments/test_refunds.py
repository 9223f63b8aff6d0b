"""Refunds, and every status, action and party of a refund against a table that was written by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.examples import ASKED, NOTHING, NOW, a_refund

from booking_domain.payments.refunds import (
    REFUND_LIFECYCLE,
    InvalidRefundTransition,
    RefundAction,
    RefundStatus,
    pending_total,
)
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.testing.shared.strategies import amounts

LATER = NOW + timedelta(days=1)
AGREED = """
    refund_pending  refund  refunded   gateway platform
"""
MOVES = {(status, action): (to, set(by)) for status, action, to, *by in map(str.split, AGREED.strip().splitlines())}


@pytest.mark.parametrize("status", RefundStatus)
@pytest.mark.parametrize("action", RefundAction)
@pytest.mark.parametrize("party", PaymentParty)
def test_a_refund_moves_exactly_as_the_expected_table_says(
    status: RefundStatus, action: RefundAction, party: PaymentParty
) -> None:
    to, by = MOVES.get((status, action), (None, set()))
    if to is None:
        with pytest.raises(InvalidRefundTransition) as refused:
            REFUND_LIFECYCLE.advance(status, action, party)
        assert refused.value.code == "refund.invalid_transition"
    elif party not in by:
        with pytest.raises(NotYourMove):
            REFUND_LIFECYCLE.advance(status, action, party)
    else:
        assert REFUND_LIFECYCLE.advance(status, action, party) == to


def test_the_lifecycle_equals_the_expected_table() -> None:
    assert {key: (move.to, set(move.by)) for key, move in REFUND_LIFECYCLE.moves.items()} == MOVES


def test_every_status_can_be_reached() -> None:
    assert {to for to, _ in MOVES.values()} | {"refund_pending"} == set(RefundStatus)


def test_a_new_refund_is_pending() -> None:
    refund = a_refund()
    assert (refund.status, refund.amount) == (RefundStatus.PENDING, ASKED)
    assert (refund.created_at, refund.processed_at, refund.version) == (NOW, None, 1)


@pytest.mark.parametrize("party", PaymentParty)
def test_a_refund_is_made_once(party: PaymentParty) -> None:
    made = a_refund().mark_refunded(party, LATER)
    assert (made.status, made.amount) == (RefundStatus.REFUNDED, ASKED)
    assert (made.created_at, made.processed_at, made.version) == (NOW, LATER, 2)
    with pytest.raises(InvalidRefundTransition):
        made.mark_refunded(party, LATER)


@given(st.lists(st.tuples(amounts(most=ASKED.amount), st.booleans()), max_size=5))
def test_the_pending_total_leaves_out_refunds_that_were_made(scheduled: list[tuple[Money, bool]]) -> None:
    refunds = [
        a_refund(amount).mark_refunded(PaymentParty.GATEWAY, LATER) if made else a_refund(amount)
        for amount, made in scheduled
    ]
    assert pending_total(refunds, "MNT") == sum((amount for amount, made in scheduled if not made), NOTHING)
