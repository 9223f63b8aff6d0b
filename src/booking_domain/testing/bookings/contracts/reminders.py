"""The contract of `BookingReminders` and `BookingReminderReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.bookings.model import Booking
from booking_domain.bookings.reminders import (
    AnswerNearlyDue,
    AppointmentNear,
    BalanceOpen,
    DepositNearlyDue,
    reminders_of,
)
from booking_domain.bookings.transitions import Status
from booking_domain.shared.reminders import BookingReminder
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, terms
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled
from booking_domain.use_cases.platform.ports import FOLLOW_UPS

_MINUTES = (2_880, 600, 120)
_SECOND = timedelta(seconds=1)


def _reminders(booking: Booking) -> list[BookingReminder]:
    return list(reminders_of(booking, _MINUTES, booking.updated_at, follow_ups=FOLLOW_UPS))


class RemindersContract(StorageContract):
    """Which bookings have a reminder to announce."""

    async def test_reminders_are_due_when_the_booking_says_so(self, cast: Cast) -> None:
        await self.alone.bookable_providers.save_terms(cast.profile.id, replace(terms(), reminder_minutes=_MINUTES))
        bookings = [
            self.make.booking(cast.profile, cast.customer, TOMORROW + n * HOUR, status=status)
            for n, status in enumerate(Status)
            if status is not Status.DISPUTED
        ]
        paid = replace(self.make.booking(cast.profile, cast.customer, TOMORROW + 9 * HOUR, status=Status.COMPLETED))
        paid = replace(paid, paid=paid.price)
        under_review = self.make.booking(cast.profile, cast.customer, TOMORROW + 10 * HOUR, status=Status.CONFIRMED)
        walk_in = self.make.booking(cast.profile, cast.owner, TOMORROW + 11 * HOUR, status=Status.CONFIRMED)
        bookings += [paid, replace(under_review, under_review=True), walk_in]
        odd = self.make.booking(cast.profile, cast.customer, TOMORROW + 12 * HOUR)
        bookings.append(replace(odd, due_at=NOW + timedelta(seconds=100, microseconds=7)))
        asked = self.make.booking(cast.profile, cast.customer, TOMORROW + 720 * HOUR, status=Status.CONFIRMED)
        asked = replace(asked, offered_price_amount=asked.price.amount + 1, offered_deposit_amount=0)
        bookings.append(replace(asked, offered_minutes=asked.minutes, offered_until=NOW + HOUR))
        await self.store_bookings(*jumbled(*bookings))
        expected = [each for booking in bookings for each in _reminders(booking)]
        kinds = {AppointmentNear, DepositNearlyDue, AnswerNearlyDue, BalanceOpen, *FOLLOW_UPS}
        assert {type(each) for each in expected} == kinds
        moments = {
            at + step for each in expected for at in (each.occurred_at, each.until) for step in (-_SECOND, 0 * _SECOND)
        }
        for moment in sorted(moments):
            due = sorted({each.booking_id for each in expected if each.occurred_at <= moment < each.until})
            assert await self.reads.booking_reminders.due(moment, 100) == due, moment
            assert await self.reads.booking_reminders.due(moment, 1) == due[:1]

    async def test_a_balance_is_recalled_if_the_booking_says_that_one_is_due(self, cast: Cast) -> None:
        """Conceded and authorised money is not asked for; money that was refunded for another reason is."""
        completed = self.make.booking(cast.profile, cast.customer, status=Status.COMPLETED)
        price, part, none = completed.price, completed.price.percent(30), completed.paid
        bookings = [
            replace(
                self.make.booking(cast.profile, cast.customer, TOMORROW + n * HOUR, status=Status.COMPLETED),
                paid=paid,
                refunded=refunded,
                refund_pending=pending,
                conceded=conceded,
                desk_paid=desk,
                authorised=authorised,
            )
            for n, (paid, refunded, pending, conceded, desk, authorised) in enumerate(
                (
                    (price, none, none, none, none, none),
                    (price, part, none, part, none, none),
                    (price, none, part, part, none, none),
                    (price, part, none, none, none, none),
                    (price, none, part, none, none, none),
                    (price, part, part, part, none, none),
                    (price, part, part, part, part, none),
                    (part, part, none, part, none, none),
                    (part, part, none, part, price - part, none),
                    (part, none, none, none, none, price - part),
                    (part, none, none, none, none, part),
                    (price + part, price + part, none, price + part, none, none),
                )
            )
        ]
        await self.store_bookings(*bookings)
        owing = [each for each in bookings if each.quote.balance]
        assert 0 < len(owing) < len(bookings)
        async with self.begin() as tx:
            for booking in bookings:
                for reminder in _reminders(booking):
                    if not isinstance(reminder, BalanceOpen):
                        await tx.booking_reminders.add(reminder)
        [at] = {each.occurred_at for each in _reminders(owing[0]) if isinstance(each, BalanceOpen)}
        assert await self.reads.booking_reminders.due(at, 100) == sorted(each.id for each in owing)

    async def test_the_first_service_with_reminders_of_its_own_decides(self, cast: Cast) -> None:
        await self.alone.bookable_providers.save_terms(cast.profile.id, replace(terms(), reminder_minutes=_MINUTES))
        usual = self.make.service(provider_id=cast.profile.id)
        early, late, never = (replace(usual, reminder_minutes=each) for each in ((4_320, 60), (30,), ()))
        for n, (services, expected) in enumerate(
            (
                ((usual, usual), _MINUTES),
                ((usual, early, late), (4_320, 60)),
                ((late, early), (30,)),
                ((never, late), ()),
            )
        ):
            booking = self.make.booking(
                cast.profile, cast.customer, TOMORROW + (5 * 24 + n) * HOUR, status=Status.CONFIRMED
            )
            booking = replace(booking, services=tuple(each.offered() for each in services))
            await self.store_bookings(booking)
            for minutes in (4_320, *_MINUTES, 60, 30):
                due = await self.reads.booking_reminders.due(booking.span.start - timedelta(minutes=minutes), 100)
                started = any(each >= minutes for each in expected)
                assert (booking.id in due) == started, (expected, minutes)

    async def test_a_reminder_is_announced_once(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        await self.store_bookings(booking)
        near = list(reminders_of(booking, (120, 60), booking.updated_at))
        assert len(near) == 2
        await self.alone.bookable_providers.save_terms(cast.profile.id, replace(terms(), reminder_minutes=(120, 60)))
        for first in (True, False):
            assert await self.alone.booking_reminders.add(near[0]) is first
        assert await self.reads.booking_reminders.due(near[0].occurred_at, 9) == []
        assert await self.reads.booking_reminders.due(near[1].occurred_at, 9) == [booking.id]

    async def test_what_the_parties_have_just_heard_is_not_repeated(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        await self.store_bookings(booking)
        [_, late] = reminders_of(booking, (1_440, 120), booking.created_at - 2 * timedelta(days=1))
        assert await self.reads.booking_reminders.due(late.occurred_at, 9) == [booking.id]
        moved = replace(booking, version=2, updated_at=late.occurred_at)
        await self.alone.bookings.save(moved, was=booking, events=[self.make.event(moved, Status.CONFIRMED)])
        assert await self.reads.booking_reminders.due(late.occurred_at, 9) == []
