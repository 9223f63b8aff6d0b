"""The contract of `UsageDays` and `UsageReads`."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from booking_domain.identity.code_history import IssuedCode
from booking_domain.identity.model import Undeliverable
from booking_domain.identity.one_time_codes import CODE_LIFE, MOST_GUESSES, CodePurpose, ContactChannel
from booking_domain.notifications.sms import SmsCost
from booking_domain.payments.model import Purpose
from booking_domain.payments.provider_payouts import ProviderPayout
from booking_domain.payments.refunds import RefundMethod
from booking_domain.shared.ids import CodeId, ProviderPayoutId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, race
from booking_domain.testing.notifications.contracts.notifications import a_message, a_notification
from booking_domain.usage.model import ACTIVATED_WITHIN, Measure, Transfer, UsageCount, WaitingMoney
from booking_domain.usage.ports import UsageDays, UsageReads

_TODAY: Final = date(2026, 11, 23)
_DAY: Final = timedelta(days=1)
_WITHIN: Final = TimeRange(NOW, NOW + _DAY)


def _requests(value: int, *, day: date = _TODAY, status: str = "200") -> UsageCount:
    return UsageCount(day=day, measure=Measure.REQUESTS, labels=("GET /providers", "web", status), value=value)


class UsageContract(StorageContract):
    """Counts of days, and what they are counted from."""

    async def _facts(self, within: TimeRange = _WITHIN) -> dict[tuple[str, ...], int]:
        found = await self.alone.usage_days.stored_facts(_TODAY, within, NOW + 2 * CODE_LIFE)
        assert found == sorted(found, key=lambda each: (each.measure, each.labels))
        return {(each.measure.value, *each.labels): each.value for each in found}

    def _code(self, purpose: CodePurpose) -> IssuedCode:
        return IssuedCode(
            id=CodeId(self.make.entropy.new_id()),
            user_id=None,
            purpose=purpose,
            channel=ContactChannel.PHONE,
            to_masked="+976****2233",
            issued_at=NOW,
            expires_at=NOW + CODE_LIFE,
        )

    async def test_accounts_codes_and_attempts_to_sign_in_are_counted(self, cast: Cast) -> None:
        bounced = replace(
            self.make.user(), email_undeliverable_at=NOW, email_undeliverable_reason=Undeliverable.BOUNCED
        )
        used, guessed, expired = map(self._code, (CodePurpose.LOGIN, CodePurpose.LOGIN, CodePurpose.SIGNUP))
        async with self.begin() as tx:
            await tx.users.add(bounced)
            await tx.login_history.add(self.make.login(cast.customer))
            for code in (used, guessed, expired):
                await tx.code_history.add(code)
            await tx.code_history.record_use(used.id, NOW)
            for _ in range(MOST_GUESSES):
                await tx.code_history.record_wrong_guess(guessed.id)
        login = self.make.login(cast.customer)
        assert await self._facts() == {
            ("sign_ups", "customer"): 2,
            ("sign_ups", "provider"): 1,
            ("undeliverable", "bounced"): 1,
            ("sign_ins", login.method.value, login.outcome.value): 1,
            ("codes", "phone", "login", "used"): 1,
            ("codes", "phone", "login", "exhausted"): 1,
            ("codes", "phone", "signup", "expired"): 1,
        }
        assert await self._facts(TimeRange(NOW - _DAY, NOW)) == {}

    async def test_an_account_is_activated_by_its_first_booking_within_the_time(self, cast: Cast, other: Cast) -> None:
        first = self.make.booking(cast.profile, cast.customer)
        await self.store_bookings(
            first, replace(self.make.booking(cast.profile, other.customer), created_at=NOW + _DAY)
        )
        await self.store_bookings(
            replace(self.make.booking(other.profile, cast.customer), created_at=NOW + ACTIVATED_WITHIN)
        )
        found = await self._facts()
        assert (found["activations", "customer"], found["activations", "provider"]) == (1, 1)
        assert await self._facts(TimeRange(NOW + _DAY, NOW + 2 * _DAY)) == {("activations", "customer"): 1}
        assert await self._facts(TimeRange(NOW + ACTIVATED_WITHIN, NOW + ACTIVATED_WITHIN + _DAY)) == {}

    async def test_messages_are_counted_by_channel_and_text_messages_with_their_costs(self, cast: Cast) -> None:
        notification = a_notification(self.make, cast.customer)
        sent = replace(self.make.sms(), country="MN", cost=SmsCost(millionths=7_900, currency="USD"))
        async with self.begin() as tx:
            messages = [a_message(self.make, notification), a_message(self.make, notification, rank=1)]
            await tx.notifications.add(notification, messages)
            for each in (sent, replace(sent, id=self.make.sms().id), self.make.sms()):
                await tx.sms_messages.add(each)
        found = await self._facts()
        assert {key: value for key, value in found.items() if key[0] != "sign_ups"} == {
            ("messages", "email", "pending"): 1,
            ("messages", "sms", "standby"): 1,
            ("text_messages", "memory", "MN", "queued"): 2,
            ("text_messages", "memory", "", "queued"): 1,
            ("text_message_costs", "memory", "MN", "USD"): 15_800,
        }

    async def test_payments_are_counted_and_what_waits_for_a_transfer(self, cast: Cast) -> None:
        booking = await self.a_booking(cast)
        pending = self.make.payment(booking)
        paid = replace(
            self.make.payment(booking, Purpose.BALANCE), settled=Money(amount=500, currency=pending.amount.currency)
        )
        dollars = Money.of(7, "USD")
        in_dollars, payout = (
            ProviderPayout.start(
                id=ProviderPayoutId(self.make.entropy.new_id()), provider_id=cast.profile.id, amount=amount, now=NOW
            )
            for amount in (dollars, pending.amount)
        )
        async with self.begin() as tx:
            for payment in (pending, paid):
                await tx.payments.add(payment)
            await tx.refunds.add(replace(self.make.refund(booking), method=RefundMethod.TRANSFER))
            await tx.refunds.add(self.make.refund(booking))
            for each in (in_dollars, payout):
                await tx.provider_payouts.add(each)
        found = await self._facts()
        currency = pending.amount.currency
        assert found["payments", "memory", "pending"] == 2
        assert found["paid_amounts", "memory", currency] == 500
        refund = self.make.refund(booking).amount
        assert list(await self.reads.usage.waiting()) == [
            WaitingMoney(kind=Transfer.PAYOUT, currency=currency, count=1, amount=pending.amount.amount),
            WaitingMoney(kind=Transfer.PAYOUT, currency="USD", count=1, amount=dollars.amount),
            WaitingMoney(kind=Transfer.REFUND, currency=refund.currency, count=1, amount=refund.amount),
        ]

    async def test_what_processes_tallied_is_added_and_what_is_stored_is_replaced(self) -> None:
        sign_ups = UsageCount(day=_TODAY, measure=Measure.SIGN_UPS, labels=("customer",), value=3)
        async with self.begin() as tx:
            await tx.usage_days.add([_requests(1, status="409"), _requests(2), _requests(9, day=_TODAY - _DAY)])
            await tx.usage_days.replace(_TODAY, [sign_ups])
        async with self.begin() as tx:
            await tx.usage_days.add([_requests(5)])
            await tx.usage_days.replace(_TODAY, [replace(sign_ups, value=2)])
        between = self.reads.usage.between
        assert list(await between(_TODAY, _TODAY, set(Measure))) == [
            _requests(7),
            _requests(1, status="409"),
            replace(sign_ups, value=2),
        ]
        assert list(await between(_TODAY - _DAY, _TODAY, {Measure.SIGN_UPS})) == [replace(sign_ups, value=2)]
        assert await self.alone.usage_days.remove(_TODAY) == 1
        assert list(await between(_TODAY - _DAY, _TODAY - _DAY, set(Measure))) == []

    async def test_processes_that_add_at_the_same_time_lose_nothing(self) -> None:
        async def add() -> None:
            await self.alone.usage_days.add([_requests(1, status=status) for status in ("200", "409", "503")])

        _, refused = await race([add() for _ in range(5)])
        assert refused == []
        found = await self.reads.usage.between(_TODAY, _TODAY, {Measure.REQUESTS})
        assert [each.value for each in found] == [5, 5, 5]


CONTRACTS: Final[dict[type, type]] = {UsageDays: UsageContract, UsageReads: UsageContract}
