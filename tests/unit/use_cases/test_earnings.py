"""Accounts of providers over random histories of bookings, refunds, disputes and payouts."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.events import BookingChanged
from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.policy import CancellationPolicy, Tier
from booking_domain.bookings.transitions import Action, Party, Status
from booking_domain.payments.earnings import EarningKind, NothingOwed, Period, commission_on
from booking_domain.payments.events import EarningsAdjusted, ProviderPaid, ProviderPayoutReturned
from booking_domain.payments.model import Purpose
from booking_domain.payments.provider_payouts import ProviderPayout, ProviderPayoutStatus
from booking_domain.payments.refunds import RefundReason, RefundStatus
from booking_domain.payments.transfers import BankReferenceUsed
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import DomainError, InvalidValue, NotPermitted
from booking_domain.shared.ids import EventId, ProviderId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.steps import schedule_refund
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.payments.earnings import (
    HELD,
    AdjustEarnings,
    SetCommission,
    adjust_earnings,
    set_commission,
    update_earnings,
)
from booking_domain.use_cases.payments.provider_payouts import (
    CancelProviderPayout,
    StartProviderPayout,
    approve_provider_payout,
    cancel_provider_payout,
    return_provider_payout,
    settle_provider_payout,
    start_provider_payout,
)
from booking_domain.use_cases.payments.refund_transfers import approve_refund_transfer, settle_refund_transfer
from booking_domain.use_cases.payments.transfers import ApproveTransfer, ReturnTransfer, SettleTransfer
from booking_domain.use_cases.platform.ports import ProviderPayoutFilter
from entrypoints.languages.notices import GettextTranslator

ACCOUNT: Final = BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Sarnai Dorj")
AFTERWARDS: Final = TOMORROW + timedelta(hours=12)


async def recorded(studio: Studio) -> None:
    """Update the accounts, as the worker does."""
    for booking_id in await studio.reads.earnings.outdated(1_000):
        await studio.run(update_earnings, booking_id, by=SYSTEM)


async def owed(studio: Studio) -> int:
    [totals] = await studio.reads.earnings.totals(Period(provider_id=studio.provider_id))
    return totals.owed


async def kept(studio: Studio, *, rate: int = 0) -> Booking:
    """A paid booking that is over, whose money is kept, at this commission."""
    await studio.run(set_commission, SetCommission(provider_id=None, basis_points=rate), by=studio.admin)
    booking = await studio.book()
    await studio.paid(booking)
    studio.clock.advance(AFTERWARDS - studio.clock.now())
    done = await studio.move(booking, Status.COMPLETED, by=studio.owner)
    await recorded(studio)
    return done


async def start(studio: Studio, amount: int | None = None) -> ProviderPayout:
    command = StartProviderPayout(provider_id=studio.provider_id, currency="MNT", amount=amount)
    return await studio.run(start_provider_payout, command, by=studio.admin)


async def approve(studio: Studio, payout: ProviderPayout) -> ProviderPayout:
    await studio.enter_bank_account(studio.owner, ACCOUNT)
    return await studio.run(approve_provider_payout, ApproveTransfer(transfer_id=payout.id), by=studio.admin)


async def settle(studio: Studio, payout: ProviderPayout, reference: str) -> ProviderPayout:
    command = SettleTransfer(transfer_id=payout.id, bank_reference=reference)
    return await studio.run(settle_provider_payout, command, by=studio.admin)


async def change(studio: Studio, booking: Booking, action: Action, party: Party, *, back: int = 0) -> None:
    """Dispute a booking or resolve a dispute, with a refund of this amount at most."""
    async with studio.backend.begin() as tx:
        was = await tx.bookings.lock(booking.id)
        assert was is not None
        id_ = EventId(studio.entropy.new_id())
        by = studio.admin if party is Party.ADMIN else studio.customer
        decision = was.apply(action, party=party, by=by, now=studio.clock.now(), event_id=id_)
        amount = Money(amount=min(back, was.totals.refundable.amount), currency=was.price.currency)
        context: Any = _Context(studio)
        after = await schedule_refund(amount, decision.state, "memory", tx, context, reason=RefundReason.CANCELLATION)
        await tx.bookings.save(after, was=was, events=decision.events)


class _Context:
    """What `schedule_refund` needs to know."""

    def __init__(self, studio: Studio) -> None:
        self.now, self.entropy = studio.clock.now(), studio.entropy


async def test_a_booking_that_is_over_is_owed_less_commission(studio: Studio) -> None:
    booking = await kept(studio, rate=1_250)
    commission = commission_on(DEPOSIT.amount, 1_250)
    assert await owed(studio) == DEPOSIT.amount - commission
    [view] = await studio.reads.earnings.page(Period(provider_id=studio.provider_id), None, 10)
    assert (view.booking_reference, view.earning.commission) == (booking.reference, commission)


async def test_money_of_a_booking_that_is_not_over_is_held(studio: Studio) -> None:
    booking = await studio.book()
    await studio.paid(booking)
    await recorded(studio)
    assert list(await studio.reads.earnings.totals(Period(provider_id=studio.provider_id))) == []
    [held] = await studio.reads.earnings.held(studio.provider_id)
    assert (held.upcoming, held.disputed) == (DEPOSIT.amount, 0)
    with pytest.raises(NothingOwed):
        await start(studio)


async def test_a_booking_keeps_the_rate_of_the_time_when_it_was_made(studio: Studio) -> None:
    await studio.run(set_commission, SetCommission(provider_id=None, basis_points=1_000), by=studio.admin)
    booking = await studio.book()
    await studio.paid(booking)
    studio.clock.advance(HOUR)
    for provider_id in (None, studio.provider_id):
        command = SetCommission(provider_id=provider_id, basis_points=9_000)
        await studio.run(set_commission, command, by=studio.admin)
    studio.clock.advance(AFTERWARDS - studio.clock.now())
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    await recorded(studio)
    assert await owed(studio) == DEPOSIT.amount * 9 // 10


async def test_a_provider_may_have_their_own_rate_and_the_platforms_again(studio: Studio) -> None:
    rates = studio.reads.commission_rates
    for provider_id, rate, expected in (
        (None, 1_000, 1_000),
        (studio.provider_id, 0, 0),
        (None, 2_000, 0),
        (studio.provider_id, None, 2_000),
    ):
        studio.clock.advance(HOUR)
        command = SetCommission(provider_id=provider_id, basis_points=rate)
        await studio.run(set_commission, command, by=studio.admin)
        assert (await rates.at(studio.provider_id, studio.clock.now())).basis_points == expected
    for actor in (studio.owner, studio.customer):
        with pytest.raises(NotPermitted):
            await studio.run(set_commission, SetCommission(provider_id=None, basis_points=0), by=actor)


async def test_a_disputed_booking_is_held_back_until_it_is_resolved() -> None:
    studio = await Studio.opened()  # part of a deposit is refunded, which the fixture does not expect
    booking = await kept(studio)
    await change(studio, booking, Action.DISPUTE, Party.CUSTOMER)
    with pytest.raises(NothingOwed):  # the dispute counts at once, though the worker has not run
        await start(studio)
    await recorded(studio)
    assert await owed(studio) == 0
    [held] = await studio.reads.earnings.held(studio.provider_id)
    assert (held.upcoming, held.disputed) == (0, DEPOSIT.amount)
    await change(studio, booking, Action.RESOLVE_COMPLETED, Party.ADMIN, back=500)
    await recorded(studio)
    assert await owed(studio) == DEPOSIT.amount - 500


async def test_a_refund_after_the_payout_makes_the_balance_negative_and_carries_over() -> None:
    studio = await Studio.opened()  # part of a deposit is refunded, which the fixture does not expect
    booking = await kept(studio)
    payout = await approve(studio, await start(studio))
    await settle(studio, payout, "FT1")
    await change(studio, booking, Action.DISPUTE, Party.CUSTOMER)
    await change(studio, booking, Action.RESOLVE_COMPLETED, Party.ADMIN, back=700)
    await recorded(studio)
    assert await owed(studio) == -700
    with pytest.raises(NothingOwed):
        await start(studio)


async def test_nothing_is_paid_out_twice(studio: Studio) -> None:
    await kept(studio)
    everything = await start(studio)
    assert everything.amount == DEPOSIT
    for amount in (None, 1):
        with pytest.raises(NothingOwed):
            await start(studio, amount)
    cancelled = await studio.run(cancel_provider_payout, CancelProviderPayout(payout_id=everything.id), by=studio.admin)
    assert cancelled.status is ProviderPayoutStatus.CANCELLED
    await studio.run(cancel_provider_payout, CancelProviderPayout(payout_id=everything.id), by=studio.admin)
    assert await owed(studio) == DEPOSIT.amount
    for amount in (0, -1, DEPOSIT.amount + 1):
        with pytest.raises(NothingOwed):
            await start(studio, amount)
    attempts = await asyncio.gather(*(start(studio, DEPOSIT.amount // 2) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, ProviderPayout) for each in attempts) == 2
    assert await owed(studio) == 0


async def test_a_bank_reference_pays_one_customer_or_one_provider(studio: Studio) -> None:
    await kept(studio)
    payout = await approve(studio, await start(studio))
    booking = await studio.book(TOMORROW + timedelta(days=7))
    await studio.paid(booking)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    [refund] = await studio.refunds(booking)
    await studio.enter_bank_account(studio.customer, ACCOUNT)
    await studio.run(approve_refund_transfer, ApproveTransfer(transfer_id=refund.id), by=studio.admin)
    command = SettleTransfer(transfer_id=refund.id, bank_reference="FT1")
    await studio.run(settle_refund_transfer, command, by=studio.admin)
    with pytest.raises(BankReferenceUsed):
        await settle(studio, payout, "FT1")
    paid = await settle(studio, payout, "FT2")
    assert await settle(studio, paid, "FT2") == paid


async def test_the_provider_is_told_of_payouts_that_are_made_or_returned(studio: Studio) -> None:
    await kept(studio)
    payout = await approve(studio, await start(studio))
    command = ReturnTransfer(transfer_id=payout.id, reason="unknown account")
    await studio.run(return_provider_payout, command, by=studio.admin)
    await settle(studio, await approve(studio, payout), "FT1")
    events = [each for each in await studio.backend.outbox_events() if not isinstance(each, BookingChanged)]
    assert [type(each) for each in events if isinstance(each, ProviderPaid | ProviderPayoutReturned)] == [
        ProviderPayoutReturned,
        ProviderPaid,
    ]


async def test_an_adjustment_changes_the_balance_and_the_provider_is_told_why(studio: Studio) -> None:
    await kept(studio)
    before = await studio.reads.earnings.balances(None, 10)
    for amount in (500, -2_000):
        command = AdjustEarnings(provider_id=studio.provider_id, currency="MNT", amount=amount, reason=" A mistake. ")
        await studio.run(adjust_earnings, command, by=studio.admin)
    after = await studio.reads.earnings.balances(None, 10)
    assert [each.owed - was.owed for each, was in zip(after, before, strict=True)] == [-1_500]
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, EarningsAdjusted):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    assert [(each.user_id, each.text) for each in notifier.delivered] == [
        (studio.owner.id, "MNT 5 was added to your earnings. Reason: A mistake."),
        (studio.owner.id, "MNT 20 was taken from your earnings. Reason: A mistake."),
    ]
    valid = AdjustEarnings(provider_id=studio.provider_id, currency="MNT", amount=1, reason="Why")
    for wrong in (replace(valid, amount=0), replace(valid, reason=" "), replace(valid, currency="XXX")):
        with pytest.raises(InvalidValue):
            await studio.run(adjust_earnings, wrong, by=studio.admin)
    with pytest.raises(NotPermitted):
        await studio.run(adjust_earnings, valid, by=studio.owner)


class _History:
    """A history of two providers with different currencies."""

    def __init__(self, studio: Studio, random: Random) -> None:
        self.studio, self.random = studio, random
        self.bookings: list[Booking] = []
        self.hours: Counter[ProviderId] = Counter()
        self.transfers = 0

    async def book(self) -> None:
        hour = self.hours[self.studio.provider_id]
        self.hours[self.studio.provider_id] += 1
        if hour < 8:
            self.bookings.append(await self.studio.book(TOMORROW + hour * HOUR))

    async def pay(self) -> None:
        booking = await self.any()
        purpose = self.random.choice(list(Purpose))
        amount = Money(amount=self.random.choice((1, 333, 778, 3_333, 5_001)), currency=booking.price.currency)
        await self.studio.paid(booking, self.random.choice((None, amount)), purpose)

    async def adjust(self) -> None:
        booking = await self.any()
        command = AdjustEarnings(
            provider_id=booking.provider_id,
            currency=booking.price.currency,
            amount=self.random.choice((-700, 300)),
            reason="A mistake.",
        )
        await self.studio.run(adjust_earnings, command, by=self.studio.admin)

    async def move(self) -> None:
        to = self.random.choice((Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW))
        by = self.random.choice((self.studio.customer, self.studio.owner, self.studio.admin))
        await self.studio.move(await self.any(), to, by=by)

    async def dispute(self) -> None:
        await change(self.studio, await self.any(), Action.DISPUTE, Party.CUSTOMER)

    async def resolve(self) -> None:
        action = self.random.choice((Action.RESOLVE_COMPLETED, Action.RESOLVE_CANCELLED, Action.RESOLVE_CONFIRMED))
        await change(self.studio, await self.any(), action, Party.ADMIN, back=self.random.choice((0, 7, 10_000)))

    async def refund(self) -> None:
        for refund in await self.studio.refunds(await self.any()):
            if refund.status is RefundStatus.PENDING:
                await self.studio.pay_out(refund)

    async def later(self) -> None:
        self.studio.clock.advance(timedelta(hours=self.random.choice((1, 5, 24))))

    async def rate(self) -> None:
        provider_id = self.random.choice((None, self.studio.provider_id))
        rate = self.random.choice((0, 1, 999, 1_250, 10_000))
        command = SetCommission(provider_id=provider_id, basis_points=rate)
        await self.studio.run(set_commission, command, by=self.studio.admin)

    async def record(self) -> None:
        await recorded(self.studio)

    async def pay_out(self) -> None:
        currency = self.random.choice(("MNT", "USD"))
        amount = self.random.choice((None, 100))
        command = StartProviderPayout(provider_id=self.studio.provider_id, currency=currency, amount=amount)
        await self.studio.run(start_provider_payout, command, by=self.studio.admin)

    async def transfer(self) -> None:
        for view in await self.studio.reads.provider_payouts.page(ProviderPayoutFilter(limit=100)):
            self.transfers += 1
            step = self.random.choice(("cancel", "settle", "return"))
            if step == "cancel":
                cancel = CancelProviderPayout(payout_id=view.transfer.id)
                await self.studio.run(cancel_provider_payout, cancel, by=self.studio.admin)
                continue
            approve = ApproveTransfer(transfer_id=view.transfer.id)
            await self.studio.run(approve_provider_payout, approve, by=self.studio.admin)
            if step == "settle":
                await settle(self.studio, view.transfer, f"FP{self.transfers}")
            else:
                command = ReturnTransfer(transfer_id=view.transfer.id, reason="unknown account")
                await self.studio.run(return_provider_payout, command, by=self.studio.admin)

    async def any(self) -> Booking:
        return await self.studio.seen(self.random.choice(self.bookings))


async def _replay(seed: int, steps: int) -> None:
    random = Random(seed)  # noqa: S311 - a history, not a secret
    prices = [Money(amount=3_333, currency=currency) for currency in ("MNT", "USD")]
    policy = CancellationPolicy(tiers=(Tier(24, 50),))
    asked = [
        Terms(price=price, deposit=Money(amount=777, currency=price.currency), cancellation=policy) for price in prices
    ]
    studio = await Studio.opened(terms=asked[0])
    first = (studio.owner, studio.provider_id)
    other = await studio.joined(studio.owner.role)
    second = (other, await studio.new_provider(other, asked[1]))
    for owner, _ in (first, second):
        await studio.enter_bank_account(owner, ACCOUNT)
    history = _History(studio, random)
    await history.book()
    kinds: list[Callable[[], Awaitable[None]]] = [
        *(history.book,) * 2,
        *(history.pay,) * 3,
        *(history.move,) * 2,
        history.dispute,
        history.resolve,
        history.refund,
        *(history.later,) * 2,
        history.rate,
        history.record,
        *(history.pay_out,) * 2,
        history.transfer,
        history.adjust,
    ]
    for _ in range(steps):
        studio.owner, studio.provider_id = random.choice((first, second))
        with suppress(DomainError):
            await random.choice(kinds)()
    await recorded(studio)
    for _, provider_id in (first, second):
        await _assert_nothing_is_lost(studio, provider_id, history.bookings)


async def _assert_nothing_is_lost(studio: Studio, provider_id: ProviderId, bookings: list[Booking]) -> None:
    over, held = Counter[str](), Counter[str]()
    for each in bookings:
        booking = await studio.seen(each)
        if booking.provider_id == provider_id:
            rest = booking.totals.refundable.amount
            (held if booking.status in HELD else over)[booking.price.currency] += rest
    period = Period(provider_id=provider_id)
    paid_out = Counter[str]()
    for view in await studio.reads.provider_payouts.page(ProviderPayoutFilter(provider_id=provider_id, limit=1_000)):
        if view.transfer.status is not ProviderPayoutStatus.CANCELLED:
            paid_out[view.transfer.amount.currency] += view.transfer.amount.amount
    totals = {each.currency: each for each in await studio.reads.earnings.totals(period)}
    for currency in {*totals, *over}:
        account = totals.get(currency)
        if account is None:
            assert over[currency] == 0
            continue
        assert account.owed + paid_out[currency] + account.commission - account.adjusted == account.kept
        assert account.kept == over[currency]
        assert (account.paid_out, account.closing) == (paid_out[currency], account.owed)
    assert {each.currency: each.upcoming + each.disputed for each in await studio.reads.earnings.held(provider_id)} == {
        currency: amount for currency, amount in held.items() if amount
    }
    entries = await studio.reads.earnings.page(period, None, 10_000)
    assert all(
        each.earning.amount == each.earning.kept - each.earning.commission
        for each in entries
        if each.earning.kind is EarningKind.BOOKING
    )


@examples(40, nightly=1_000)
@given(st.integers(0, 2**32), st.integers(20, 80))
def test_owed_plus_paid_out_plus_commission_equals_kept_money(seed: int, steps: int) -> None:
    asyncio.run(_replay(seed, steps))
