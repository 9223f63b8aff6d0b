from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.payments.examples import NOW, a_payment, a_refund

from booking_domain.payments.ledger import DEDUCTIONS, MADE, PAYMENTS, Entry, EntryKind, Ledger
from booking_domain.payments.model import Purpose
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BankAccountId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.testing.shared.strategies import amounts

NOTHING = Money.zero("MNT")


def an_entry(kind: EntryKind, amount: Money) -> Entry:
    return Entry(kind=kind, source=PaymentId(UUID(int=1)), amount=amount, at=NOW)


@examples(300)
@given(st.lists(st.tuples(st.sampled_from(EntryKind), amounts(most=1_000)), max_size=12))
def test_the_books_balance_after_every_entry_that_is_accepted(drawn: list[tuple[EntryKind, Money]]) -> None:
    ledger, accepted = Ledger("MNT"), 0
    for kind, amount in drawn:
        takes = 0 if kind in PAYMENTS else amount.amount
        refundable = ledger.totals.refundable.amount
        try:
            ledger = ledger.add(an_entry(kind, amount))
        except InvalidValue:
            assert takes > refundable, "an entry was refused that is covered"
            continue
        assert takes <= refundable, "more is refunded than is refundable"
        accepted += 1
        totals = ledger.totals
        assert len(ledger.entries) == accepted
        assert totals.kept.amount == ledger.balance >= 0
        added = sum(each.amount.amount for each in ledger.entries if each.kind in PAYMENTS)
        deducted = sum(each.amount.amount for each in ledger.entries if each.kind in DEDUCTIONS)
        assert totals.paid.amount == added - deducted
        assert totals.refunded == sum((each.amount for each in ledger.entries if each.kind in MADE), NOTHING)
        assert totals.paid.amount - totals.refunded.amount - totals.refund_pending.amount == totals.refundable.amount


@given(st.sampled_from(EntryKind), st.sampled_from(["JPY", "USD"]))
def test_a_ledger_has_one_currency(kind: EntryKind, currency: str) -> None:
    with pytest.raises(InvalidValue):
        Ledger("MNT").add(an_entry(kind, Money(amount=1, currency=currency)))


def test_a_ledger_lists_the_money_of_payments_and_refunds_in_order() -> None:
    bank = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold Bat")
    later = [NOW + timedelta(hours=hours) for hours in range(5)]
    deposit, _ = a_payment().settle(Money.of(100, "MNT"), raw_payload="", now=NOW)
    balance = replace(deposit, purpose=Purpose.BALANCE, created_at=later[1])
    unpaid = replace(a_payment(), created_at=later[2])
    pending = replace(a_refund(Money.of(10, "MNT")), created_at=later[2])
    by_gateway = replace(pending, created_at=later[3]).mark_refunded(NOW)
    by_bank = (
        replace(pending, created_at=later[4])
        .approve(bank, NOW, account_id=BankAccountId(UUID(int=7)))
        .settle("FT1", NOW)
    )
    ledger = Ledger.of("MNT", [balance, deposit, unpaid], [by_bank, by_gateway, pending])
    assert [entry.kind.value for entry in ledger.entries] == [
        "deposit", "balance", "refund_pending", "refund", "transfer",
    ]  # fmt: skip
    assert (str(ledger.totals.paid), str(ledger.totals.refunded)) == ("200.00 MNT", "20.00 MNT")
    assert (str(ledger.totals.refund_pending), ledger.balance) == ("10.00 MNT", 18_000)


def test_refunds_without_payments_are_no_ledger() -> None:
    with pytest.raises(InvalidValue):
        Ledger.of("MNT", [], [a_refund()])
