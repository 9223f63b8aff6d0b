"""Commission and the entries of accounts are arithmetic in which no unit is lost; payouts have a lifecycle."""

from dataclasses import replace
from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.payments.examples import NOW

from booking_domain.payments.earnings import ALL, BookingEarnings, CommissionRate, commission_on
from booking_domain.payments.provider_payouts import (
    PROVIDER_PAYOUT_LIFECYCLE,
    InvalidPayoutTransition,
    ProviderPayout,
    ProviderPayoutStatus,
    TransferApproved,
    TransferNotApproved,
)
from booking_domain.payments.transfers import TransferAction
from booking_domain.payments.transitions import PaymentParty
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BankAccountId, CommissionId, ProviderId, ProviderPayoutId
from booking_domain.shared.money import Money

ACCOUNT = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat")
ACCOUNT_ID = BankAccountId(UUID(int=7))
OTHER_ID = BankAccountId(UUID(int=8))
AGREED = """
    pending  approve  pending
    pending  return   pending
    pending  settle   paid
    pending  cancel   cancelled
"""
MOVES = {(status, action): to for status, action, to in map(str.split, AGREED.strip().splitlines())}
BASIS_POINTS = st.integers(0, ALL)
UNITS = st.integers(0, 10**12)


def a_payout(amount: int = 500) -> ProviderPayout:
    return ProviderPayout.start(
        id=ProviderPayoutId(uuid4()),
        provider_id=ProviderId(uuid4()),
        amount=Money(amount=amount, currency="MNT"),
        now=NOW,
    )


@given(UNITS, BASIS_POINTS)
def test_commission_is_the_nearest_unit_and_never_more_than_the_amount(amount: int, basis_points: int) -> None:
    commission = commission_on(amount, basis_points)
    assert 0 <= commission <= amount
    difference = commission - Fraction(amount * basis_points, ALL)
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)


@given(st.integers(-(10**12), -1), BASIS_POINTS)
def test_no_commission_is_due_on_what_was_not_kept(amount: int, basis_points: int) -> None:
    assert commission_on(amount, basis_points) == 0


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), UNITS, BASIS_POINTS), min_size=1))
def test_entries_add_up_to_the_last_state_of_the_booking_however_it_got_there(
    states: list[tuple[int, int, int]],
) -> None:
    so_far, entries = BookingEarnings(), list[BookingEarnings]()
    for kept, desk, basis_points in states:
        target = BookingEarnings.of(kept=kept, desk=desk, basis_points=basis_points)
        new = target.minus(so_far)
        entries.append(new)
        so_far = target
        assert new.amount == new.kept - new.commission
    kept, desk, basis_points = states[-1]
    assert sum(each.kept for each in entries) == kept
    assert sum(each.desk for each in entries) == desk
    assert sum(each.commission for each in entries) == commission_on(kept + desk, basis_points)
    assert sum(each.amount for each in entries) + sum(each.commission for each in entries) == kept


def test_commission_is_due_on_money_of_the_desk_which_is_not_owed() -> None:
    share = BookingEarnings.of(kept=2_000, desk=8_000, basis_points=1_000)
    assert (share.commission, share.amount) == (1_000, 1_000)
    assert BookingEarnings.of(kept=0, desk=8_000, basis_points=1_000).amount == -800


@pytest.mark.parametrize("basis_points", [-1, ALL + 1])
def test_a_rate_is_between_nothing_and_everything(basis_points: int) -> None:
    with pytest.raises(InvalidValue):
        CommissionRate(id=CommissionId(uuid4()), provider_id=ProviderId(uuid4()), basis_points=basis_points, since=NOW)


def test_the_platform_has_a_rate() -> None:
    with pytest.raises(InvalidValue):
        CommissionRate(id=CommissionId(uuid4()), provider_id=None, basis_points=None, since=NOW)


def test_the_lifecycle_of_payouts_equals_the_expected_table() -> None:
    assert {key: move.to for key, move in PROVIDER_PAYOUT_LIFECYCLE.moves.items()} == MOVES
    assert {party for move in PROVIDER_PAYOUT_LIFECYCLE.moves.values() for party in move.by} == {PaymentParty.PLATFORM}


@pytest.mark.parametrize("action", sorted(TransferAction(action) for _, action in MOVES))
def test_a_paid_payout_stays_paid(action: TransferAction) -> None:
    paid = a_payout().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID).settle("FT1", NOW)
    steps = {
        TransferAction.APPROVE: lambda: paid.approve(ACCOUNT, NOW, account_id=ACCOUNT_ID),
        TransferAction.RETURN: lambda: paid.return_transfer("unknown"),
        TransferAction.SETTLE: lambda: paid.settle("FT2", NOW),
        TransferAction.CANCEL: lambda: paid.cancel(NOW),
    }
    with pytest.raises(InvalidPayoutTransition) as refused:
        steps[action]()
    assert refused.value.code == "payout.invalid_transition"
    assert paid.settle(" FT1 ", NOW) is paid


def test_a_transfer_needs_an_approval_and_an_approved_payout_is_not_called_off() -> None:
    payout = a_payout()
    with pytest.raises(TransferNotApproved):
        payout.settle("FT1", NOW)
    with pytest.raises(TransferNotApproved):
        payout.return_transfer("unknown")
    approved = payout.approve(ACCOUNT, NOW, account_id=ACCOUNT_ID)
    other = replace(ACCOUNT, account_number="9999999999")
    assert approved.approve(other, NOW, account_id=ACCOUNT_ID) is approved
    assert approved.approve(other, NOW, account_id=OTHER_ID).payee == other
    assert not approved.is_approved_for(OTHER_ID)
    with pytest.raises(TransferApproved):
        approved.cancel(NOW)
    returned = approved.return_transfer(" unknown ")
    assert (returned.payee, returned.approved_at, returned.return_reason) == (None, None, "unknown")
    cancelled = returned.cancel(NOW)
    assert cancelled.status is ProviderPayoutStatus.CANCELLED
    assert cancelled.cancel(NOW) is cancelled


@pytest.mark.parametrize("reference", ["", "   ", "a" * 65, "a\x00b"])
def test_a_bank_reference_is_short_printable_text(reference: str) -> None:
    with pytest.raises(InvalidValue):
        a_payout().approve(ACCOUNT, NOW, account_id=ACCOUNT_ID).settle(reference, NOW)
