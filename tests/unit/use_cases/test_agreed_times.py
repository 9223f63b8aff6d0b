"""The times that the customer has agreed to, times that the provider's side sets, and refunds after rescheduling."""

from datetime import datetime, timedelta

import pytest
from tests.unit.use_cases.scenes import HALF_A_DAY_BEFORE, ON_REQUEST, SECOND, tugriks

from booking_domain.bookings.errors import AlreadyOver, BookingNotFound
from booking_domain.bookings.events import BookingChanged
from booking_domain.bookings.model import Booking
from booking_domain.bookings.terms_errors import InThePast, TimeChanged, TimeNotAccepted
from booking_domain.bookings.transitions import InvalidBookingTransition, Party, Status
from booking_domain.catalogue.model import ProfileHasBookings, ProfileOwesMoney
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import StaleVersion
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.builders import DEPOSIT, HOUR, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.queries import get_cancellation_quote
from booking_domain.use_cases.catalogue.publication import delete_own_profile
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

DAY = timedelta(days=1)
NEXT_WEEK = TOMORROW + 7 * DAY
LATER = NEXT_WEEK + 3 * HOUR
NO_REFUND = tugriks(0)


async def paid_for(studio: Studio, start: datetime = NEXT_WEEK, *, by: Actor | None = None) -> Booking:
    """A confirmed booking whose deposit is paid."""
    booking = await studio.book(start, by=by)
    await studio.paid(booking)
    return await studio.seen(booking)


async def quoted(studio: Studio, booking: Booking) -> tuple[object, datetime, datetime | None]:
    """The refund, the start by which it is judged, and until when everything is refunded."""
    quote = await get_cancellation_quote(studio.customer, booking.id, studio.reads.appointments, now=studio.clock.now())
    return quote.refund, quote.policy_start, quote.objection_deadline


def soon(studio: Studio, *, hours: float = 1) -> datetime:
    return studio.clock.now().replace(microsecond=0) + timedelta(hours=hours)


async def test_a_provider_cannot_move_a_booking_into_the_past_and_mark_no_show(studio: Studio) -> None:
    booking = await paid_for(studio)
    for staff in (studio.owner, studio.admin):
        with pytest.raises(InThePast):
            await studio.reschedule(booking, soon(studio, hours=-8), by=staff)
    assert await studio.seen(booking) == booking


async def test_a_provider_cannot_move_a_booking_close_and_mark_no_show(studio: Studio) -> None:
    for staff in (studio.owner, studio.admin):
        booking = await paid_for(studio, NEXT_WEEK)
        close = soon(studio)
        await studio.reschedule(booking, close, by=staff)
        for later in (timedelta(0), HOUR, 25 * HOUR, 3 * DAY):
            studio.clock.set(close + later)
            for party in (studio.owner, studio.admin):
                for status in (Status.NO_SHOW, Status.COMPLETED):
                    with pytest.raises(TimeNotAccepted):
                        await studio.move(booking, status, by=party)
        await studio.move(booking, Status.CANCELLED)
        assert await studio.owed(booking) == [DEPOSIT]
        studio.clock.set(close - HOUR)


async def test_a_time_set_by_the_provider_is_held_and_waits_for_the_customer(studio: Studio) -> None:
    booking = await paid_for(studio)
    for staff, party in ((studio.owner, Party.PROVIDER), (studio.admin, Party.ADMIN)):
        moved = await studio.reschedule(booking, LATER, by=staff)
        assert await studio.is_free(NEXT_WEEK)
        assert not await studio.is_free(LATER)
        change = moved.time_change
        assert change is not None
        assert (change.by, change.agreed) == (party, booking.span)
        assert change.objection_deadline == studio.clock.now() + DAY
        accepted = await studio.accept_time(moved)
        assert (accepted.time_change, accepted.span, accepted.version) == (None, moved.span, moved.version + 1)
        assert await studio.accept_time(moved) == accepted, "accepting twice has one effect"
        booking = await studio.reschedule(accepted, NEXT_WEEK)
    topics = await studio.topics(booking)
    assert topics.count("booking.time_accepted") == 2
    trail = await studio.reads.bookings.events(booking.id)
    assert [each.by for each in trail if each.type == "time_accepted"] == [studio.customer] * 2


async def test_only_the_customer_accepts_a_time_and_only_the_one_they_have_seen(studio: Studio) -> None:
    booking = await paid_for(studio)
    first = await studio.reschedule(booking, LATER, by=studio.owner)
    second = await studio.reschedule(booking, LATER, minutes=90, by=studio.owner)
    with pytest.raises(TimeChanged):
        await studio.accept_time(booking)
    with pytest.raises(TimeChanged):
        await studio.accept_time(first)  # the start is the same, the end is not
    for staff in (studio.owner, studio.admin):
        with pytest.raises(NotYourMove):
            await studio.accept_time(second, by=staff)
    with pytest.raises(BookingNotFound):
        await studio.accept_time(second, by=await studio.joined(Role.PROVIDER))
    with pytest.raises(StaleVersion):
        await studio.accept_time(second, saw=first.version)
    assert await studio.seen(booking) == second
    await studio.accept_time(second, saw=second.version)
    await studio.move(booking, Status.CANCELLED)
    with pytest.raises(InvalidBookingTransition):
        await studio.accept_time(second)


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_until_the_deadline_everything_goes_back(studio: Studio) -> None:
    for after, back in ((DAY - SECOND, DEPOSIT), (DAY, NO_REFUND)):
        booking = await paid_for(studio, TOMORROW + 4 * HOUR)
        studio.clock.set(TOMORROW - 8 * HOUR)  # 12 hours before: half of it is refunded
        assert await quoted(studio, booking) == (tugriks(10_000), booking.span.start, None)
        moved = await studio.reschedule(booking, TOMORROW + 5 * HOUR, by=studio.owner)
        deadline = studio.clock.now() + DAY
        assert await quoted(studio, booking) == (DEPOSIT, moved.span.start, deadline)
        studio.clock.advance(after)
        if back:
            assert await quoted(studio, booking) == (back, moved.span.start, deadline), "also after the new time"
            await studio.move(booking, Status.CANCELLED)
            assert await studio.owed(booking) == [back]
        else:
            with pytest.raises(AlreadyOver):
                await studio.move(booking, Status.CANCELLED)
        studio.clock.set(TOMORROW - 2 * DAY)


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_silence_until_the_deadline_agrees_to_a_start_after_it(studio: Studio) -> None:
    """And never reduces what a cancellation refunds."""
    booking = await paid_for(studio, LATER)
    to = soon(studio, hours=24) + SECOND
    await studio.reschedule(booking, to, by=studio.owner)
    studio.clock.set(to)
    assert await quoted(studio, booking) == (DEPOSIT, LATER, None)
    await studio.move(booking, Status.NO_SHOW, by=studio.owner)


async def test_silence_does_not_agree_to_a_start_before_the_deadline(studio: Studio) -> None:
    booking = await paid_for(studio, LATER)
    to = soon(studio, hours=23)
    await studio.reschedule(booking, to, by=studio.owner)
    studio.clock.set(LATER + HOUR - SECOND)
    with pytest.raises(TimeNotAccepted):
        await studio.move(booking, Status.NO_SHOW, by=studio.owner)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)


async def test_a_time_that_the_customer_never_accepted_is_cancelled_by_the_provider_with_a_full_refund(
    studio: Studio,
) -> None:
    booking = await paid_for(studio, NEXT_WEEK)
    await studio.reschedule(booking, soon(studio), by=studio.owner)
    studio.clock.set(NEXT_WEEK + HOUR)
    with pytest.raises(AlreadyOver):
        await studio.move(booking, Status.CANCELLED)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    assert await studio.owed(booking) == [DEPOSIT]


async def test_an_accepted_time_is_like_any_other(studio: Studio) -> None:
    booking = await paid_for(studio)
    moved = await studio.reschedule(booking, soon(studio), by=studio.owner)
    accepted = await studio.accept_time(moved)
    assert accepted.time_change is None
    assert await quoted(studio, booking) == (NO_REFUND, moved.span.start, None)
    studio.clock.set(moved.span.start)
    await studio.move(booking, Status.NO_SHOW, by=studio.owner)


async def test_moving_again_keeps_the_agreed_time_and_restarts_the_deadline(
    studio: Studio,
) -> None:
    booking = await paid_for(studio)
    await studio.reschedule(booking, LATER, by=studio.owner)
    studio.clock.advance(23 * HOUR)
    again = await studio.reschedule(booking, LATER + HOUR, by=studio.owner)
    assert again.time_change is not None
    assert again.time_change.agreed == booking.span
    assert again.time_change.objection_deadline == studio.clock.now() + DAY
    same = await studio.reschedule(booking, LATER + HOUR, by=studio.owner)
    assert same.time_change == again.time_change, "no other time: nothing to object to"
    studio.clock.advance(DAY)  # silence
    third = await studio.reschedule(booking, LATER, by=studio.owner)
    assert third.time_change is not None
    assert third.time_change.agreed == again.span


async def test_moving_back_at_the_last_moment_is_a_new_time_too(studio: Studio) -> None:
    booking = await paid_for(studio, NEXT_WEEK)
    await studio.reschedule(booking, LATER + 7 * DAY, by=studio.owner)
    studio.clock.set(NEXT_WEEK - SECOND)
    back = await studio.reschedule(booking, NEXT_WEEK, by=studio.owner)
    assert back.time_change is not None
    studio.clock.set(NEXT_WEEK + HOUR / 2)
    with pytest.raises(TimeNotAccepted):
        await studio.move(booking, Status.NO_SHOW, by=studio.owner)
    await studio.move(booking, Status.CANCELLED)
    assert await studio.owed(booking) == [DEPOSIT]


async def test_a_customer_who_chooses_a_time_agrees_to_it(studio: Studio) -> None:
    booking = await paid_for(studio, TOMORROW)
    studio.clock.set(TOMORROW - 2 * HOUR)
    moved = await studio.reschedule(booking, TOMORROW - HOUR, by=studio.owner)
    studio.clock.set(TOMORROW - HOUR / 2)  # the provider's time has come, the agreed one has not
    chosen = await studio.reschedule(moved, NEXT_WEEK)
    assert (chosen.time_change, chosen.policy_start) == (None, NEXT_WEEK), "they could have had a full refund"


async def test_an_extended_appointment_waits_for_the_customer(studio: Studio) -> None:
    booking = await paid_for(studio)
    longer = await studio.reschedule(booking, NEXT_WEEK, minutes=24 * 60, by=studio.owner)
    assert longer.time_change is not None


async def test_a_time_change_of_a_walk_in_needs_no_acceptance(studio: Studio) -> None:
    walk_in = await studio.book(TOMORROW, by=studio.owner)
    moved = await studio.reschedule(walk_in, TOMORROW + HOUR, by=studio.owner)
    assert (moved.time_change, moved.cancellation_start) == (None, None)


@pytest.mark.terms(ON_REQUEST)
async def test_a_request_that_was_moved_before_it_was_accepted_waits_for_the_customer(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    await studio.reschedule(booking, soon(studio), by=studio.owner)
    accepted = await studio.accept(booking)
    assert accepted.time_change is not None
    assert accepted.time_change.agreed == booking.span
    await studio.paid(booking)
    studio.clock.advance(HOUR)
    with pytest.raises(TimeNotAccepted):
        await studio.move(booking, Status.NO_SHOW, by=studio.owner)


@pytest.mark.terms(ON_REQUEST)
async def test_a_customer_who_takes_an_offered_time_agrees_to_it(studio: Studio) -> None:
    booking = await studio.book(NEXT_WEEK)
    await studio.reschedule(booking, NEXT_WEEK + HOUR, by=studio.owner)
    await studio.offer_times(booking, LATER)
    taken = await studio.accept(booking, slot=LATER)
    assert (taken.time_change, taken.policy_start) == (None, LATER)


async def test_each_booking_of_a_series_is_moved_and_accepted_by_itself(studio: Studio) -> None:
    first, second = await studio.book_series(NEXT_WEEK, times=2)
    moved = await studio.reschedule(first, NEXT_WEEK + HOUR, by=studio.owner)
    assert moved.time_change is not None
    assert (await studio.seen(second)).time_change is None


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_customer_cannot_dodge_the_policy_by_rescheduling_first(studio: Studio) -> None:
    booking = await paid_for(studio, TOMORROW)
    studio.clock.set(TOMORROW - 13 * HOUR)  # half of it is refunded
    moved = await studio.reschedule(booking, NEXT_WEEK)
    assert await quoted(studio, moved) == (tugriks(10_000), TOMORROW, None)
    moved = await studio.reschedule(moved, NEXT_WEEK + 7 * DAY)
    assert await quoted(studio, moved) == (tugriks(10_000), TOMORROW, None)
    studio.clock.set(TOMORROW - 11 * HOUR)
    assert await quoted(studio, moved) == (NO_REFUND, TOMORROW, None)
    await studio.move(moved, Status.CANCELLED)
    assert await studio.owed(booking) == []


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_customer_who_reschedules_before_every_deadline_is_judged_by_the_new_start_only(studio: Studio) -> None:
    booking = await paid_for(studio, NEXT_WEEK)
    studio.clock.set(NEXT_WEEK - 48 * HOUR)
    moved = await studio.reschedule(booking, NEXT_WEEK + 7 * DAY)
    studio.clock.set(NEXT_WEEK)
    assert await quoted(studio, moved) == (DEPOSIT, NEXT_WEEK + 7 * DAY, None)


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_late_reschedule_to_an_earlier_start_is_judged_by_that(studio: Studio) -> None:
    booking = await paid_for(studio, TOMORROW + 5 * HOUR)
    studio.clock.set(TOMORROW - 20 * HOUR)
    moved = await studio.reschedule(booking, TOMORROW)
    assert moved.policy_start == TOMORROW
    back = await studio.reschedule(moved, NEXT_WEEK)
    assert back.policy_start == TOMORROW


@pytest.mark.terms(HALF_A_DAY_BEFORE)
async def test_a_providers_reschedule_does_not_reduce_the_refund(studio: Studio) -> None:
    booking = await paid_for(studio, LATER + 7 * DAY)
    moved = await studio.reschedule(booking, TOMORROW + 2 * DAY, by=studio.owner)
    studio.clock.set(moved.span.start - HOUR)
    assert await quoted(studio, moved) == (DEPOSIT, LATER + 7 * DAY, None)
    away = await studio.reschedule(moved, NEXT_WEEK)
    assert (away.policy_start, away.time_change) == (NEXT_WEEK, None), "before every deadline of what counted"


async def notices_of(studio: Studio, booking: Booking) -> list[tuple[str, str]]:
    """What the last event of the booking told: the subject and the text, of the customer first."""
    notifier = MemoryNotifier()
    [*_, event] = [each for each in await studio.backend.outbox_events() if isinstance(each, BookingChanged)]
    assert event.booking_id == booking.id
    await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.subject.removeprefix(f"Booking {booking.reference}: "), each.text) for each in notifier.delivered]


async def test_both_parties_are_told_of_a_new_time_and_of_what_the_customer_says_to_it(studio: Studio) -> None:
    booking = await paid_for(studio)
    moved = await studio.reschedule(booking, LATER, by=studio.owner)
    [(subject, to_customer)] = await notices_of(studio, booking)  # the provider has done it
    assert subject == "please accept another time"
    for said in ("Tue 1 Dec 2026, 10:00", "Tue 1 Dec 2026, 13:00", "until: Tue 24 Nov 2026, 09:02", "free of charge"):
        assert said in to_customer
    accepted = await studio.accept_time(moved)
    [(_, to_provider)] = await notices_of(studio, booking)
    assert "has accepted the new time, Tue 1 Dec 2026, 13:00 (Ulaanbaatar).\n" in to_provider
    again = await studio.reschedule(accepted, NEXT_WEEK, by=studio.admin)
    _, (_, to_provider) = await notices_of(studio, booking)
    assert "They may cancel by Tue 24 Nov 2026, 09:02" in to_provider
    chosen = await studio.reschedule(again, LATER)
    assert [subject for subject, _ in await notices_of(studio, booking)] == ["another time"] * 2
    await studio.reschedule(chosen, NEXT_WEEK, by=studio.owner)
    await studio.move(booking, Status.CANCELLED)
    (subject, to_customer), (_, to_provider) = await notices_of(studio, booking)
    assert subject == "the new time is refused"
    assert "in full" in to_customer
    assert "has not accepted the new time" in to_provider


async def test_a_cancellation_by_the_provider_is_no_refusal_of_the_new_time(studio: Studio) -> None:
    booking = await paid_for(studio)
    await studio.reschedule(booking, LATER, by=studio.owner)
    await studio.move(booking, Status.CANCELLED, by=studio.owner)
    assert {subject for subject, _ in await notices_of(studio, booking)} == {"cancelled by the provider"}


async def test_the_customer_is_notified_of_other_ends_of_a_booking(studio: Studio) -> None:
    booking = await paid_for(studio)
    await studio.reschedule(booking, NEXT_WEEK, minutes=5, by=studio.owner)
    texts = [text for _, text in await notices_of(studio, booking)]
    facts = ("Before: Tue 1 Dec 2026, 10:00 (Ulaanbaatar)", "End: Tue 1 Dec 2026, 10:05 (Ulaanbaatar)")
    assert any(all(fact in text for fact in facts) for text in texts)


async def test_a_profile_is_not_deleted_while_the_customer_may_object(studio: Studio) -> None:
    booking = await paid_for(studio)
    moved = await studio.reschedule(booking, soon(studio), by=studio.owner)
    studio.clock.set(moved.span.end)
    with pytest.raises(ProfileHasBookings):
        await studio.run(delete_own_profile, None, by=studio.owner)
    await studio.move(booking, Status.CANCELLED)
    with pytest.raises(ProfileOwesMoney):
        await studio.run(delete_own_profile, None, by=studio.owner)
