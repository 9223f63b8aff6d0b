"""Concurrent bookings, reschedules and requests for the same time: one succeeds, and the others change nothing."""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Final, cast

import pytest
from tests.contract.backends import PostgresBackend
from tests.contract.conftest import OpenStudio
from tests.unit.use_cases.scenes import FREE, NO_CLAIM_ON_REQUEST, ON_REQUEST

from adapters.postgres.kit import pipelining, watching
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.errors import TooEarly
from booking_domain.bookings.model import Booking
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.bookings.ports import BookableProvider, BookableProviders
from booking_domain.bookings.terms_errors import TimeChanged, TimeNotAccepted
from booking_domain.bookings.transitions import InvalidBookingTransition, Status
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.services import ServiceOffer
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange, DomainError, StaleVersion
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import DEPOSIT, HOUR, NOW, PRICE, TOMORROW, Builder, terms
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.kit.storage import race
from booking_domain.testing.memory import SeededEntropy
from booking_domain.testing.studio import PAYMENT_WINDOW, Studio
from booking_domain.use_cases.bookings.any_provider import (
    WithAnyProvider,
    book_with_any_provider,
    hold_with_any_provider,
)
from booking_domain.use_cases.bookings.place_booking import PlaceBooking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.catalogue.salons import OpenSalon, SetSalonHours, open_salon, set_salon_hours
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.calendars import AddRule
from booking_domain.use_cases.scheduling.holds import PlaceHold

WEEK: Final = timedelta(days=7)
LATER: Final = TOMORROW + 3 * HOUR
EVER: Final = TimeRange(TOMORROW - WEEK, TOMORROW + 60 * WEEK)
TRIES: Final = 2


async def claims_of(studio: Studio) -> dict[object, TimeRange]:
    """Return the time range of each claim, by claim id."""
    schedule = await studio.reads.schedules.get(studio.provider_id, EVER)
    assert schedule is not None
    claims: tuple[Claim, ...] = schedule.claims
    return {claim.id: claim.span for claim in claims}


async def test_who_does_not_get_the_lock_reads_the_claims_once(
    postgres_backend: PostgresBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many at one time most do not get it, and each read of claims is one that Citus sends to a node."""
    studio = await Studio.opened(postgres_backend, terms=FREE, ports=(memory_security_ports(),))
    seen: list[Statement] = []
    watchers: list[watching.Watcher] = [lambda statement, *_: seen.append(statement)]
    async with postgres_backend.begin() as tx:
        await tx.bookable_providers.lock(studio.provider_id, EVER)
        for module in (pipelining, watching):
            monkeypatch.setattr(module, "watchers", watchers)
        async with postgres_backend.begin() as other:
            tried = await other.bookable_providers.try_lock(studio.provider_id, EVER)
            assert tried is not None
            assert not tried[1]
    assert sum(b"FROM claims" in each.numbered for each in seen) == 1


async def at_once(
    *attempts: Coroutine[object, object, object],
) -> tuple[list[object], list[DomainError]]:
    return await race(attempts)


async def test_one_of_several_reschedules_to_the_same_slot_succeeds_and_the_others_keep_their_claims(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio(FREE)
    bookings = [await studio.book(TOMORROW + number * HOUR) for number in range(3)]
    for number in range(TRIES):
        to = TOMORROW + number * WEEK + 6 * HOUR
        before = {each.id: (await studio.seen(each)).span for each in bookings}
        moved, refusals = await race([studio.reschedule(each, to) for each in bookings])
        [winner] = moved
        assert [type(refusal) for refusal in refusals] == [SlotTaken] * 2
        assert await claims_of(studio) == before | {winner.id: TimeRange(to, to + HOUR)}
        for each in bookings:
            seen = await studio.seen(each)
            assert seen.span == (TimeRange(to, to + HOUR) if each.id == winner.id else before[each.id])
            assert (await studio.topics(each)).count("booking.rescheduled") == seen.version - 1


async def test_a_time_is_accepted_only_as_seen_while_the_provider_moves_and_marks_no_show(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio()
    for week in range(TRIES):
        booking = await studio.book(TOMORROW + week * WEEK)
        await studio.paid(booking)
        soon = studio.clock.now().replace(microsecond=0) + HOUR
        moved = await studio.reschedule(booking, soon, by=studio.owner)
        studio.clock.set(soon)
        _, refusals = await at_once(
            studio.accept_time(moved),
            studio.reschedule(booking, soon + 2 * HOUR, by=studio.owner),
            studio.move(booking, Status.NO_SHOW, by=studio.owner),
        )
        assert {type(each) for each in refusals} <= {TimeChanged, TimeNotAccepted, TooEarly, InvalidBookingTransition}
        seen, trail = await studio.seen(booking), await studio.reads.bookings.events(booking.id)
        accepted = "time_accepted" in [each.type for each in trail]
        assert seen.status is not Status.NO_SHOW or (accepted and seen.span == moved.span)
        assert (seen.time_change is None) == (accepted and seen.span == moved.span)
        if seen.status is Status.CONFIRMED:
            await studio.move(seen, Status.CANCELLED, by=studio.owner)


async def test_a_cancellation_during_a_move_refunds_everything_or_the_policys_share(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio()
    for week in range(TRIES):
        booking = await studio.book(TOMORROW + week * WEEK)
        await studio.paid(booking)
        studio.clock.set(booking.span.start - HOUR)
        to = booking.span.start + 3 * HOUR
        await at_once(studio.reschedule(booking, to, by=studio.owner), studio.move(booking, Status.CANCELLED))
        seen = await studio.seen(booking)
        assert seen.status is Status.CANCELLED
        assert await studio.owed(booking) == ([] if seen.time_change is None else [DEPOSIT])


async def test_a_change_of_terms_is_agreed_to_as_it_is_when_the_booking_is_moved_cancelled_or_changed_meanwhile(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio()
    more, most = PRICE + DEPOSIT, PRICE + PRICE
    for week in range(TRIES):
        booking = await studio.book(TOMORROW + week * WEEK)
        payment = await studio.paid(booking)
        await studio.change_terms(booking, price=more, minutes=90)
        rivals = (
            studio.change_terms(booking, price=most),
            studio.move(booking, Status.CANCELLED),
            studio.reschedule(booking, booking.span.start + 3 * HOUR),
            studio.settle(payment),
        )
        await race([studio.accept(booking, by=studio.customer, price=more, minutes=90), *rivals])
        seen, trail = await studio.seen(booking), await studio.reads.bookings.events(booking.id)
        accepted = "terms_accepted" in [each.type for each in trail]
        assert (seen.price, seen.minutes) == ((more, 90) if accepted else (PRICE, 60))
        assert seen.status is Status.CONFIRMED or seen.offered_until is None
        claims = await claims_of(studio)
        assert claims.get(seen.id) == (seen.span if seen.claims_time else None)
        assert await studio.violations() == []


async def test_two_reschedules_into_each_others_slots_do_not_deadlock(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    one, other = await studio.book(TOMORROW), await studio.book(LATER)
    _, refusals = await race([studio.reschedule(one, LATER), studio.reschedule(other, TOMORROW)])
    assert [type(refusal) for refusal in refusals] == [SlotTaken] * 2
    assert await claims_of(studio) == {one.id: one.span, other.id: other.span}


async def test_concurrent_reschedules_of_one_booking_leave_one_claim(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    booking = await studio.book()
    parties = (studio.customer, studio.owner, studio.admin)
    moved, refusals = await race(
        [studio.reschedule(booking, TOMORROW + n * HOUR, by=by, saw=1) for n, by in enumerate(parties, start=1)]
    )
    assert len(moved) == 1
    assert [type(refusal) for refusal in refusals] == [StaleVersion] * 2
    assert await claims_of(studio) == {booking.id: moved[0].span}
    moved, refusals = await race(
        [studio.reschedule(booking, TOMORROW + n * HOUR, by=by) for n, by in enumerate(parties, start=1)]
    )
    assert (len(moved), refusals) == (3, [])
    assert await claims_of(studio) == {booking.id: (await studio.seen(booking)).span}


async def test_a_reschedule_and_concurrent_bookings_of_its_slot_have_one_winner(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    mover = await studio.book()
    for number in range(TRIES):
        to = TOMORROW + number * WEEK + 6 * HOUR
        before = await studio.seen(mover)
        others = [await studio.joined() for _ in range(3)]
        got, refusals = await race(
            [
                studio.reschedule(mover, to),
                *(studio.book(to, by=other) for other in others),
                studio.hold(to, by=others[0]),
            ]
        )
        [winner] = got
        assert isinstance(winner, (Booking, Claim))
        assert {type(refusal) for refusal in refusals} == {SlotTaken}
        after = await studio.seen(mover)
        assert after.span.start == (to if winner.id == mover.id else before.span.start)
        assert (await claims_of(studio))[mover.id] == after.span


async def test_a_slot_freed_by_a_reschedule_is_booked_at_most_once(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    mover = await studio.book()
    others = [await studio.joined() for _ in range(3)]
    _, refusals = await at_once(studio.reschedule(mover, LATER), *(studio.book(by=other) for other in others))
    assert {type(refusal) for refusal in refusals} <= {SlotTaken}
    assert len(refusals) >= 2
    assert (await studio.seen(mover)).span.start == LATER


async def test_a_reschedule_concurrent_with_a_cancellation_leaves_no_claim_and_refunds_the_deposit(
    open_studio: OpenStudio,
) -> None:
    studio = await open_studio(terms())
    for number in range(TRIES):
        booking = await studio.book(TOMORROW + (number + 1) * WEEK)
        await studio.paid(booking)
        _, refusals = await at_once(
            studio.reschedule(booking, booking.span.start + HOUR), studio.move(booking, Status.CANCELLED)
        )
        assert {type(refusal) for refusal in refusals} <= {InvalidBookingTransition}
        assert (await studio.seen(booking)).status is Status.CANCELLED
        assert await claims_of(studio) == {}
        assert await studio.owed(booking) == [DEPOSIT]


async def test_a_reschedule_and_a_concurrent_payment_both_take_effect(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    booking = await studio.book()
    payment = await studio.bill(booking)
    studio.pay(payment)
    _, refusals = await at_once(studio.reschedule(booking, LATER), studio.settle(payment), studio.settle(payment))
    assert refusals == []
    after = await studio.seen(booking)
    assert (after.status, after.paid, after.span.start) == (Status.CONFIRMED, DEPOSIT, LATER)


async def test_a_reschedule_concurrent_with_the_expiry_leaves_no_claim(open_studio: OpenStudio) -> None:
    studio = await open_studio(terms())
    booking = await studio.book()
    studio.clock.advance(PAYMENT_WINDOW)
    _, refusals = await at_once(studio.reschedule(booking, LATER), studio.expire(booking), studio.expire(booking))
    assert {type(refusal) for refusal in refusals} <= {InvalidBookingTransition}
    assert (await studio.seen(booking)).status is Status.EXPIRED
    assert await claims_of(studio) == {}


async def test_an_acceptance_and_a_concurrent_booking_of_its_time_have_one_winner(open_studio: OpenStudio) -> None:
    studio = await open_studio(NO_CLAIM_ON_REQUEST)
    for number in range(TRIES):
        slot = TOMORROW + number * WEEK
        requests = [await studio.book(slot, by=await studio.joined()) for _ in range(3)]
        got, refusals = await race(
            [*(studio.accept(request) for request in requests), studio.book(slot + HOUR / 2, by=studio.owner)]
        )
        [winner] = got
        assert [type(refusal) for refusal in refusals] == [SlotTaken] * 3
        claims = {id_: span for id_, span in (await claims_of(studio)).items() if slot <= span.start < slot + WEEK}
        assert claims == {winner.id: winner.span}
        for request in requests:
            seen = await studio.seen(request)
            assert seen.status is (Status.PENDING if request.id == winner.id else Status.REQUESTED)


async def test_an_offered_time_is_accepted_by_one_customer(open_studio: OpenStudio) -> None:
    studio = await open_studio(ON_REQUEST)
    customers = [await studio.joined() for _ in range(3)]
    requests = [await studio.book(TOMORROW + n * HOUR, by=customer) for n, customer in enumerate(customers)]
    for request in requests:
        await studio.offer_times(request, LATER + 3 * HOUR)
    got, refusals = await race(
        [
            studio.accept(request, slot=LATER + 3 * HOUR, by=customer)
            for request, customer in zip(requests, customers, strict=True)
        ]
    )
    [winner] = got
    assert [type(refusal) for refusal in refusals] == [SlotTaken] * 2
    expected = {request.id: request.span for request in requests} | {winner.id: winner.span}
    assert await claims_of(studio) == expected


async def test_concurrent_answers_to_a_request_take_effect_once(open_studio: OpenStudio) -> None:
    studio = await open_studio(ON_REQUEST)
    request = await studio.offer_times(await studio.book(), LATER)
    got, refusals = await race(
        [
            studio.accept(request),
            studio.accept(request, slot=LATER),
            studio.decline(request),
            studio.move(request, Status.CANCELLED),
            studio.accept(request),
        ]
    )
    answered = [each for each in got if each.status is not Status.CANCELLED]
    assert 1 <= len(got) <= 2, "an accepted request can still be cancelled"
    assert len(answered) <= 1
    assert {type(refusal) for refusal in refusals} == {InvalidBookingTransition}


async def test_of_overlapping_series_one_is_placed_whole_and_the_others_not_at_all(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    one, other = await studio.joined(), await studio.joined()
    for number in range(TRIES):
        start = TOMORROW + number * 2 * HOUR
        got, refusals = await race(
            [
                studio.book_series(start, times=4, by=one),
                studio.book_series(start + 3 * WEEK, times=3, by=other),
                studio.book_series(start + 3 * WEEK, times=2, every_weeks=2, by=studio.owner),
            ]
        )
        [whole] = got
        assert [type(refusal) for refusal in refusals] == [SeriesNotPossible] * 2
        here = {id_: span for id_, span in (await claims_of(studio)).items() if _same_time(span.start, start)}
        assert here == {booking.id: booking.span for booking in whole}
        placed = [each for each in await studio.backend.outbox_events() if each.topic == "booking.placed"]
        assert {each.subject for each in placed} == set(await claims_of(studio))


def _same_time(one: datetime, other: datetime) -> bool:
    return (one - other) % WEEK == timedelta(0)


async def test_a_series_and_a_concurrent_booking_of_one_of_its_slots_have_one_winner(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    other = await studio.joined()
    for number in range(TRIES):
        start = TOMORROW + number * 2 * HOUR

        async def series(start: datetime = start) -> list[Booking]:
            return list(await studio.book_series(start, times=5))

        async def single(start: datetime = start) -> list[Booking]:
            return [await studio.book(start + 4 * WEEK, by=other)]

        got, refusals = await race([series(), single()])
        [made] = got
        assert len(refusals) == 1
        assert isinstance(refusals[0], (SeriesNotPossible, SlotTaken))
        here = {id_ for id_, span in (await claims_of(studio)).items() if _same_time(span.start, start)}
        assert here == {booking.id for booking in made}


class _OneReference(SeededEntropy):
    """Generates the same reference every time, so that the second booking of a series violates its uniqueness."""

    def pick(self, alphabet: str, length: int) -> str:
        return alphabet[0] * length


async def test_a_series_that_fails_half_way_leaves_nothing(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    unlucky = Executor[Repositories](begin=studio.backend.begin, clock=studio.clock, entropy=_OneReference(1))
    first = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW)
    before = list(await studio.backend.outbox_events())
    with pytest.raises(ConcurrentChange):
        await unlucky.run(place_series, PlaceSeries(first=first, times=3), actor=studio.customer)
    assert await claims_of(studio) == {}
    assert list(await studio.backend.outbox_events()) == before
    assert len(await studio.book_series(times=3)) == 3


class _BlindBookableProviders:
    """Hides all claims from the use case, so that only the claims table can reject an overlap."""

    def __init__(self, bookable_providers: BookableProviders) -> None:
        self._bookable_providers = bookable_providers

    async def lock(
        self, provider_id: ProviderId, around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> BookableProvider | None:
        bookable = await self._bookable_providers.lock(provider_id, around, services)
        return None if bookable is None else replace(bookable, schedule=replace(bookable.schedule, claims=()))


async def _blind(command: PlaceSeries, tx: Repositories, context: UseCaseContext) -> tuple[Booking, ...]:
    seen = SimpleNamespace(
        bookable_providers=_BlindBookableProviders(tx.bookable_providers),
        claims=tx.claims,
        bookings=tx.bookings,
        outbox=tx.outbox,
        users=tx.users,
    )
    return await place_series.handle(command, cast("Repositories", seen), context)


async def test_a_series_rejected_only_by_the_claims_table_leaves_nothing(open_studio: OpenStudio) -> None:
    """A booking that bypassed the provider lock occupies the last slot, so the availability check does not see it."""
    studio = await open_studio(FREE)
    hidden = await studio.book(TOMORROW + 2 * WEEK, by=await studio.joined())
    before = list(await studio.backend.outbox_events())
    blind = UseCase(place_series.action, _blind)
    first = PlaceBooking(provider_id=studio.provider_id, slot=TOMORROW)
    with pytest.raises(SlotTaken):
        await studio.run(blind, PlaceSeries(first=first, times=3), by=studio.customer)
    assert await claims_of(studio) == {hidden.id: hidden.span}
    assert list(await studio.backend.outbox_events()) == before


async def test_a_block_and_a_concurrent_reschedule_into_it_are_serialized(open_studio: OpenStudio) -> None:
    studio = await open_studio(FREE)
    booking = await studio.book()
    _, refusals = await at_once(
        studio.reschedule(booking, LATER), studio.take_off(LATER, LATER + HOUR), studio.take_off(LATER, LATER + HOUR)
    )
    assert {type(refusal) for refusal in refusals} <= {SlotNotOffered}
    after = await studio.seen(booking)
    assert after.span.start == (TOMORROW if refusals else LATER)


async def test_customers_who_ask_for_any_provider_at_once_never_share_one(open_studio: OpenStudio) -> None:
    """As many as there are providers get a booking or a hold, each of another provider; the rest find all taken."""
    studio = await open_studio(FREE)
    others = [await studio.new_provider(await studio.joined(Role.PROVIDER), FREE) for _ in range(2)]
    manager, providers = await studio.joined(Role.MANAGER), [studio.provider_id, *others]
    salon = (await studio.run(open_salon, OpenSalon(name="Nomad", time_zone="UTC"), by=manager)).id
    always = tuple(AddRule(day=day, hours=Hours.parse("00:00-24:00")) for day in range(7))
    await studio.run(set_salon_hours, SetSalonHours(salon_id=salon, rules=always), by=manager)
    service = Builder().service(salon_id=salon, minutes=60)
    async with studio.backend.begin() as tx:
        await tx.services.add(service)
        for provider_id in providers:
            await tx.salons.invite(salon, provider_id, NOW)
            await tx.salons.add_member(salon, provider_id)
            await tx.services.save_offer(ServiceOffer(service_id=service.id, provider_id=provider_id))

    chosen = (service.id,)

    def booking_at(at: datetime) -> WithAnyProvider[PlaceBooking]:
        def order(provider_id: ProviderId) -> PlaceBooking:
            return PlaceBooking(provider_id=provider_id, slot=at, service_ids=chosen)

        return WithAnyProvider(salon_id=salon, slot=at, service_ids=chosen, order=order)

    def hold(provider_id: ProviderId) -> PlaceHold:
        return PlaceHold(provider_id=provider_id, slot=slot, service_ids=chosen)

    customers = [await studio.joined() for _ in range(6)]
    for number in range(TRIES):
        slot = TOMORROW + number * WEEK
        holding = WithAnyProvider(salon_id=salon, slot=slot, service_ids=chosen, order=hold)
        got, refusals = await race(
            [
                *(studio.run(book_with_any_provider, booking_at(slot), by=each) for each in customers[:3]),
                *(studio.run(hold_with_any_provider, holding, by=each) for each in customers[3:]),
            ]
        )
        taken = [each.provider_id for each in got if isinstance(each, (Booking, Claim))]
        assert sorted(taken) == sorted(providers)
        assert [type(refusal) for refusal in refusals] == [SlotTaken] * 3

    # At different times of one day everyone is free, and each order counts the one before it.
    slots = [TOMORROW + TRIES * WEEK + 2 * number * HOUR for number in range(3)]
    placed, problems = await race(
        [studio.run(book_with_any_provider, booking_at(each), by=studio.customer) for each in slots]
    )
    assert problems == []
    assert sorted(each.provider_id for each in placed) == sorted(providers)
