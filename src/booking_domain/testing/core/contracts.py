"""What a store of `booking_domain.core` has to do: inherit the class, define the fixture `store`, and run pytest.

For example::

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self, tmp_path: Path) -> MyStore:
            return MyStore(tmp_path / "diary.sqlite")

A store that implements some of the protocols inherits the classes of these alone.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Final
from uuid import UUID

import pytest

from booking_domain.core import (
    Booking,
    BookingStore,
    Calendar,
    CancellationPolicy,
    ClaimSource,
    ClaimStore,
    Diary,
    Hours,
    Money,
    Party,
    SlotNotOffered,
    SlotSettings,
    SlotTaken,
    Status,
    Store,
    TimeRange,
    TooManyReschedules,
    Waiting,
    WaitingStatus,
    WaitingStore,
    WeeklyRule,
)
from booking_domain.core.model import claim_of

NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)
TEN: Final = TimeRange.parse("2026-11-24T10:00Z", "2026-11-24T11:00Z")
BLOCKED: Final = TimeRange.parse("2026-11-24T09:50Z", "2026-11-24T11:15Z")
DAY: Final = TimeRange.parse("2026-11-24T00:00Z", "2026-11-25T00:00Z")
ONE, TWO = UUID(int=1), UUID(int=2)
CALENDAR: Final = Calendar(
    time_zone="UTC",
    rules=WeeklyRule.every_day(Hours.parse("10:00-12:00")),
    settings=SlotSettings(step_minutes=20, buffer_before_minutes=10),
)
THREADS: Final = 8


class FixedClock:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


class Broken(Exception):
    """Raised inside of a transaction."""


class ClaimStoreContract:
    """`ClaimStore`, and what slots need of it, `ClaimSource`."""

    def test_a_claim_is_read_as_it_was_put(self, store: ClaimStore) -> None:
        claims = [claim_of(ONE, TEN, BLOCKED, expires_at=NOW + timedelta(minutes=10)), claim_of(TWO, TEN, TEN)]
        with store.locked("anna"):
            for claim in claims:
                store.put_claim("anna", claim)
        assert sorted(store.claims("anna", DAY), key=lambda claim: claim.id) == claims
        assert list(store.claims("bold", DAY)) == []

    def test_claims_are_found_by_their_blocked_range(self, store: ClaimStore) -> None:
        claim = claim_of(ONE, TEN, BLOCKED)
        with store.locked("anna"):
            store.put_claim("anna", claim)
        moment = timedelta(microseconds=1)
        for edge in (
            TimeRange(DAY.start, BLOCKED.start + moment),
            TimeRange(BLOCKED.end - moment, DAY.end),
            TimeRange(TEN.start, TEN.start + moment),
        ):
            assert list(store.claims("anna", edge)) == [claim]

    def test_a_claim_is_replaced_and_removed(self, store: ClaimStore) -> None:
        with store.locked("anna"):
            store.put_claim("anna", claim_of(ONE, TEN, BLOCKED))
            store.put_claim("anna", claim_of(ONE, TEN, TEN))
        assert [claim.blocked for claim in store.claims("anna", DAY)] == [TEN]
        with store.locked("anna"):
            store.remove_claim("anna", ONE)
            store.remove_claim("anna", TWO)
        assert list(store.claims("anna", DAY)) == []

    def test_an_exception_undoes_what_was_written(self, store: ClaimStore) -> None:
        with store.locked("anna"):
            store.put_claim("anna", claim_of(ONE, TEN, BLOCKED))

        def fail() -> None:
            with store.locked("anna"):
                store.remove_claim("anna", ONE)
                store.put_claim("anna", claim_of(TWO, TEN, BLOCKED))
                raise Broken

        with pytest.raises(Broken):
            fail()
        assert [claim.id for claim in store.claims("anna", DAY)] == [ONE]

    def test_one_of_many_threads_gets_a_slot(self, store: ClaimStore) -> None:
        diary = Diary({"anna": CALENDAR}, store, clock=FixedClock())
        begin = Barrier(THREADS)

        def hold(number: int) -> bool:
            begin.wait()
            try:
                diary.hold("anna", TEN.start + timedelta(minutes=20 * (number % 2)))
            except (SlotTaken, SlotNotOffered):
                return False
            return True

        with ThreadPoolExecutor(THREADS) as threads:
            assert sum(threads.map(hold, range(THREADS))) == 1
        assert len(list(store.claims("anna", DAY))) == 1


class BookingStoreContract(ClaimStoreContract):
    """`BookingStore`."""

    def test_a_booking_is_read_as_it_was_put(self, store: BookingStore) -> None:
        booking = Booking(
            id=ONE,
            calendar="anna",
            customer="Болд",
            span=TEN,
            blocked=BLOCKED,
            price=Money.of(20_000, "MNT"),
            placed_at=NOW,
        )
        assert store.booking(ONE) is None
        for stored in (booking, replace(booking, status=Status.CANCELLED, price=None)):
            with store.locked("anna"):
                store.put_booking(stored)
            assert store.booking(ONE) == stored

    def test_what_is_booked_is_kept_and_what_is_cancelled_is_free(self, store: BookingStore) -> None:
        diary = Diary({"anna": CALENDAR}, store, clock=FixedClock())
        booking = diary.book("anna", TEN.start, customer="bold", hold=diary.hold("anna", TEN.start))
        assert [(claim.id, claim.blocked) for claim in store.claims("anna", DAY)] == [(booking.id, booking.blocked)]
        assert store.booking(booking.id) == booking
        assert store.booking(diary.cancel(booking.id).id) == replace(booking, status=Status.CANCELLED)
        assert list(store.claims("anna", DAY)) == []


class PausesContract:
    """What a `BookingStore` adds that keeps the pauses of appointments."""

    def test_pauses_are_read_as_they_were_put(self, store: BookingStore) -> None:
        pause = TimeRange(TEN.start + timedelta(minutes=20), TEN.start + timedelta(minutes=40))
        booking = Booking(
            id=ONE, calendar="anna", customer="bold", span=TEN, blocked=BLOCKED, pauses=(pause,), placed_at=NOW
        )
        with store.locked("anna"):
            store.put_claim("anna", claim_of(ONE, TEN, BLOCKED, pauses=(pause,)))
            store.put_booking(booking)
        [claim] = store.claims("anna", DAY)
        assert claim.pauses == (pause,)
        assert store.booking(ONE) == booking


class VenuesContract:
    """What a `BookingStore` adds that keeps the venues of appointments."""

    def test_venues_are_read_as_they_were_put(self, store: BookingStore) -> None:
        booking = Booking(
            id=ONE, calendar="anna", customer="bold", span=TEN, blocked=BLOCKED, venue="salon", placed_at=NOW
        )
        with store.locked("anna"):
            store.put_claim("anna", claim_of(ONE, TEN, BLOCKED, venue="salon"))
            store.put_booking(booking)
        [claim] = store.claims("anna", DAY)
        assert claim.venue == "salon"
        assert store.booking(ONE) == booking


class ReschedulesContract:
    """What a `BookingStore` adds that counts how often a customer moves an appointment, so that a policy limits it."""

    def test_a_customer_moves_so_often_as_the_policy_says(self, store: BookingStore) -> None:
        diary = Diary({"anna": CALENDAR}, store, policy=CancellationPolicy(max_reschedules=1), clock=FixedClock())
        booking = diary.book("anna", TEN.start, customer="bold")
        later = TEN.start + timedelta(minutes=20)
        assert diary.move(booking.id, later, by=Party.PROVIDER).reschedules == 0
        moved = diary.move(booking.id, TEN.start)
        assert (moved, store.booking(booking.id)) == (replace(booking, reschedules=1), moved)
        with pytest.raises(TooManyReschedules):
            diary.move(booking.id, later)
        assert store.booking(booking.id) == moved


class WaitingStoreContract(ClaimStoreContract):
    """`WaitingStore`."""

    def test_open_entries_are_listed_in_the_order_in_which_they_came(self, store: WaitingStore) -> None:
        first, second, other = (
            Waiting(id=UUID(int=number), calendar=name, customer=f"{number}", window=DAY, joined_at=NOW)
            for number, name in ((9, "anna"), (1, "anna"), (2, "bold"))
        )
        for each in (first, second, other):
            with store.locked(each.calendar):
                store.put_waiting(each)
        offered = replace(
            first,
            status=WaitingStatus.OFFERED,
            offered=TEN,
            offered_until=NOW + timedelta(hours=1),
            duration_minutes=30,
        )
        with store.locked("anna"):
            store.put_waiting(offered)
        assert list(store.waiting("anna")) == [offered, second]
        with store.locked("anna"):
            store.put_waiting(replace(offered, status=WaitingStatus.LEFT))
        assert list(store.waiting("anna")) == [second]


class StoreContract(BookingStoreContract, WaitingStoreContract):
    """`Store`: all of them."""

    def test_an_offered_slot_becomes_a_booking(self, store: Store) -> None:
        diary = Diary({"anna": CALENDAR}, store, clock=FixedClock())
        waiting = diary.wait("anna", DAY, customer="bold", duration_minutes=30)
        [offered] = diary.offer("anna")
        assert offered.offered == TimeRange(TEN.start, TEN.start + timedelta(minutes=30))
        booking = diary.accept("anna", waiting.id)
        assert (booking.span, booking.customer) == (offered.offered, "bold")
        assert list(store.waiting("anna")) == []
        assert [claim.id for claim in store.claims("anna", DAY)] == [booking.id]


CONTRACTS: Final[dict[type, type]] = {
    ClaimSource: ClaimStoreContract,
    ClaimStore: ClaimStoreContract,
    BookingStore: BookingStoreContract,
    WaitingStore: WaitingStoreContract,
    Store: StoreContract,
}
"""The contract of each protocol."""
