"""Refunds, and every status, action and party of a refund against a table that was written by hand."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.unit.payments.examples import ASKED, NOW, a_refund

from booking_domain.payments.refunds import (
    REFUND_LIFECYCLE,
    InvalidRefundTransition,
    RefundNotApproved,
    RefundStatus,
)
from booking_domain.payments.transfers import TransferAction
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BankAccountId
from booking_domain.shared.lifecycle import NotYourMove

LATER = NOW + timedelta(days=1)
ACCOUNT = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat")
ACCOUNT_ID = BankAccountId(UUID(int=7))
OTHER_ID = BankAccountId(UUID(int=8))
AGREED = """
    refund_pending  ask_gateway   refund_pending  platform
    refund_pending  use_transfer  refund_pending  gateway platform
    refund_pending  approve       refund_pending  platform
    refund_pending  return        refund_pending  platform
    refund_pending  settle        refunded        platform
    refund_pending  refund        refunded        gateway
"""
MOVES = {(status, action): (to, set(by)) for status, action, to, *by in map(str.split, AGREED.strip().splitlines())}


@pytest.mark.parametrize("status", RefundStatus)
@pytest.mark.parametrize("action", TransferAction)
@pytest.mark.parametrize("party", PaymentParty)
def test_a_refund_moves_exactly_as_the_expected_table_says(
    status: RefundStatus, action: TransferAction, party: PaymentParty
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


def test_a_refund_is_made_once() -> None:
    made = a_refund().mark_refunded(LATER)
    assert (made.status, made.amount) == (RefundStatus.REFUNDED, ASKED)
    assert (made.created_at, made.processed_at, made.version) == (NOW, LATER, 2)
    with pytest.raises(InvalidRefundTransition):
        made.mark_refunded(LATER)


def test_a_transfer_is_approved_made_and_closed_under_the_reference_of_the_bank() -> None:
    approved = a_refund().approve(ACCOUNT, LATER, account_id=ACCOUNT_ID)
    assert (approved.status, approved.payee, approved.approved_at) == (RefundStatus.PENDING, ACCOUNT, LATER)
    made = approved.settle(" FT 26327  1 ", LATER)
    assert (made.status, made.bank_reference, made.processed_at) == (RefundStatus.REFUNDED, "FT 26327 1", LATER)


def test_a_later_bank_account_needs_a_new_approval() -> None:
    approved = a_refund().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID)
    other = replace(ACCOUNT, account_number="9999999999")
    assert approved.approve(other, LATER, account_id=ACCOUNT_ID) is approved
    again = approved.approve(other, LATER, account_id=OTHER_ID)
    assert (again.payee, again.payee_id, again.approved_at) == (other, OTHER_ID, LATER)
    assert [each.is_approved_for(ACCOUNT_ID) for each in (approved, again)] == [True, False]
    assert not approved.is_approved_for(None)


def test_a_transfer_that_is_not_approved_is_neither_closed_nor_returned() -> None:
    with pytest.raises(RefundNotApproved):
        a_refund().settle("FT1", NOW)
    with pytest.raises(RefundNotApproved):
        a_refund().return_transfer("unknown account")


def test_settling_twice_changes_nothing_and_another_reference_is_rejected() -> None:
    made = a_refund().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID).settle("FT1", NOW)
    assert made.settle("FT1", LATER) is made
    with pytest.raises(InvalidRefundTransition):
        made.settle("FT2", LATER)
    with pytest.raises(InvalidRefundTransition):
        made.approve(ACCOUNT, LATER, account_id=ACCOUNT_ID)
    with pytest.raises(InvalidRefundTransition):
        made.return_transfer("late")


def test_a_returned_transfer_needs_a_new_approval() -> None:
    returned = a_refund().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID).return_transfer(" unknown account ")
    assert (returned.payee, returned.approved_at, returned.return_reason) == (None, None, "unknown account")
    with pytest.raises(RefundNotApproved):
        returned.settle("FT1", LATER)
    again = returned.approve(ACCOUNT, LATER, account_id=ACCOUNT_ID)
    assert (again.return_reason, again.settle("FT1", LATER).status) == (None, RefundStatus.REFUNDED)


@pytest.mark.parametrize("reference", ["", " ", "x" * 65, "a\x00b"])
def test_an_unusable_reference_of_the_bank_is_rejected(reference: str) -> None:
    with pytest.raises(InvalidValue):
        a_refund().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID).settle(reference, NOW)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_an_unusable_reason_of_a_return_is_rejected(reason: str) -> None:
    with pytest.raises(InvalidValue):
        a_refund().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID).return_transfer(reason)
