"""The small core: what a diary books, moves, cancels and offers."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from booking_domain.core import (
    AlreadyOver,
    BookingNotFound,
    Calendar,
    CancellationPolicy,
    Claim,
    DateException,
    Diary,
    HoldNotFound,
    Hours,
    InvalidBookingTransition,
    InvalidValue,
    MemoryStore,
    Money,
    NotWaiting,
    Party,
    RescheduleTooLate,
    SlotNotOffered,
    SlotSettings,
    SlotTaken,
    Status,
    Store,
    SystemClock,
    TimeRange,
    TooEarly,
    TooManyReschedules,
    WaitingStatus,
    WeeklyRule,
)
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.core.contracts import PausesContract, ReschedulesContract, StoreContract, VenuesContract
from booking_domain.testing.memory import ManualClock

HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = TimeRange.parse("2026-11-23T00:00Z", "2026-11-24T00:00Z")
CALENDAR = Calendar(
    time_zone="UTC",
    rules=WeeklyRule.every_day(Hours.parse("10:00-14:00")),
    settings=SlotSettings(step_minutes=60, buffer_after_minutes=15),
)


class TestMemoryStore(StoreContract, PausesContract, VenuesContract, ReschedulesContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NINE)


@pytest.fixture
def diary(clock: ManualClock) -> Diary[MemoryStore]:
    numbers = iter(range(1, 1_000))
    return Diary({"anna": CALENDAR, "bold": CALENDAR}, clock=clock, new_id=lambda: UUID(int=next(numbers)))


def hours(diary: Diary[MemoryStore], name: str = "anna") -> list[int]:
    return [slot.start.hour for slot in diary.slots(name, DAY)]


def test_a_booking_takes_its_time_with_its_buffers(diary: Diary[MemoryStore]) -> None:
    assert hours(diary) == [10, 11, 12, 13]
    booking = diary.book("anna", NINE + HOUR, customer="bold", price=Money.of(20, "USD"))
    assert (booking.status, booking.id, str(booking.price)) == (Status.CONFIRMED, UUID(int=1), "20.00 USD")
    assert hours(diary) == [12, 13]
    assert hours(diary, "bold") == [10, 11, 12, 13]
    assert [str(each) for each in diary.explain("anna", NINE + HOUR).reasons] == ["claimed"]
    with pytest.raises(SlotTaken):
        diary.book("anna", NINE + HOUR, customer="sara")
    with pytest.raises(SlotNotOffered):
        diary.book("anna", NINE, customer="sara")


def test_a_slot_is_booked_at_the_length_at_which_it_was_listed(diary: Diary[MemoryStore]) -> None:
    slot = diary.slots("anna", DAY, duration_minutes=120)[0]
    assert diary.book("anna", slot, customer="bold").span == TimeRange(slot.start, slot.end)


def test_a_hold_keeps_a_slot_until_it_expires(diary: Diary[MemoryStore], clock: ManualClock) -> None:
    hold = diary.hold("anna", NINE + HOUR)
    assert hours(diary) == [12, 13]
    with pytest.raises(HoldNotFound):
        diary.book("anna", NINE + 3 * HOUR, customer="bold", hold=hold)
    assert hours(diary) == [12, 13], "a refused booking keeps the hold"
    assert diary.book("anna", NINE + HOUR, customer="bold", hold=hold).span == hold.span
    other = diary.hold("bold", NINE + HOUR)
    clock.advance(timedelta(minutes=10))
    assert hours(diary, "bold") == [10, 11, 12, 13]
    with pytest.raises(HoldNotFound):
        diary.book("bold", NINE + HOUR, customer="sara", hold=other)
    again = diary.hold("bold", NINE + HOUR)
    assert [claim.id for claim in diary.store.claims("bold", DAY)] == [again.id], "the expired hold is removed"
    diary.release("bold", again)
    assert hours(diary, "bold") == [10, 11, 12, 13]


def test_a_series_is_booked_whole_or_not_at_all(diary: Diary[MemoryStore]) -> None:
    starts = [NINE + HOUR + timedelta(weeks=week) for week in range(3)]
    taken = diary.book("anna", starts[2], customer="sara")
    with pytest.raises(SlotTaken):
        diary.book_all("anna", starts, customer="bold")
    assert hours(diary) == [10, 11, 12, 13]
    diary.cancel(taken.id, by=Party.PROVIDER)
    assert [each.span.start for each in diary.book_all("anna", starts, customer="bold")] == starts


def test_a_booking_moves_and_keeps_its_length_and_price(diary: Diary[MemoryStore], clock: ManualClock) -> None:
    slot = diary.slots("anna", DAY, duration_minutes=30)[0]
    booking = diary.book("anna", slot, customer="bold", price=Money.of(20, "USD"))
    moved = diary.move(booking.id, NINE + 4 * HOUR)
    assert (moved.span, moved.price) == (TimeRange(NINE + 4 * HOUR, NINE + 4.5 * HOUR), booking.price)
    assert hours(diary) == [10, 11]
    assert diary.move(booking.id, NINE + 4 * HOUR).span == moved.span, "its own time does not stand in its way"
    with pytest.raises(SlotNotOffered):
        diary.move(booking.id, NINE + 5 * HOUR)
    assert diary.store.booking(booking.id) == moved
    clock.advance(4 * HOUR)
    with pytest.raises(AlreadyOver):
        diary.move(booking.id, NINE + timedelta(days=1, hours=1))
    assert diary.move(booking.id, NINE + timedelta(days=1, hours=1), by=Party.PROVIDER).span.start.day == 24


def test_a_customer_moves_until_the_notice_and_so_often_as_the_policy_says(clock: ManualClock) -> None:
    policy = CancellationPolicy(reschedule_notice_minutes=60, max_reschedules=2)
    diary = Diary({"anna": CALENDAR}, policy=policy, clock=clock)
    booking = diary.book("anna", NINE + 2 * HOUR, customer="bold")
    for hour, by, count in (
        (3, Party.CUSTOMER, 1),
        (3, Party.CUSTOMER, 1),  # the same time is no move
        (2, Party.PROVIDER, 1),
        (4, Party.CUSTOMER, 2),
    ):
        assert diary.move(booking.id, NINE + hour * HOUR, by=by).reschedules == count
    with pytest.raises(TooManyReschedules) as refused:
        diary.move(booking.id, NINE + 3 * HOUR)
    assert refused.value.limit == 2
    assert diary.move(booking.id, NINE + 2 * HOUR, by=Party.PROVIDER).span.start == NINE + 2 * HOUR
    other = diary.book("anna", NINE + 4 * HOUR, customer="bold")
    clock.advance(3 * HOUR)
    assert diary.move(other.id, NINE + 25 * HOUR).reschedules == 1, "the deadline itself is in time"
    clock.advance(21 * HOUR + timedelta(microseconds=1))
    with pytest.raises(RescheduleTooLate) as late:
        diary.move(other.id, NINE + 26 * HOUR)
    assert (late.value.deadline, late.value.zone) == (NINE + 24 * HOUR, "UTC")


def test_the_lifecycle_is_that_of_the_platform(diary: Diary[MemoryStore], clock: ManualClock) -> None:
    first, second, third = (diary.book("anna", NINE + at * HOUR, customer="bold") for at in (1, 3, 25))
    with pytest.raises(TooEarly):
        diary.complete(first.id)
    clock.advance(HOUR)
    assert diary.complete(first.id).status is Status.COMPLETED
    with pytest.raises(InvalidBookingTransition):
        diary.cancel(first.id)
    with pytest.raises(NotYourMove):
        diary.cancel(second.id, by=Party.SYSTEM)
    clock.advance(3 * HOUR)
    with pytest.raises(AlreadyOver):
        diary.cancel(second.id)
    assert diary.mark_no_show(second.id).status is Status.NO_SHOW
    assert diary.cancel(third.id).status is Status.CANCELLED
    assert [claim.id for claim in diary.store.claims("anna", DAY)] == [first.id, second.id]
    with pytest.raises(BookingNotFound):
        diary.cancel(UUID(int=99))


def test_freed_time_is_offered_first_come_first_served(diary: Diary[MemoryStore], clock: ManualClock) -> None:
    booked = [diary.book("anna", NINE + at * HOUR, customer="sara") for at in (1, 3)]
    first, second, third = (diary.wait("anna", DAY, customer=name) for name in ("bold", "tuya", "oyuna"))
    assert diary.offer("anna") == ()
    diary.cancel(booked[0].id)
    [offered] = diary.offer("anna")
    assert (offered.id, offered.offered) == (first.id, booked[0].span)
    assert diary.offer("anna") == (), "once"
    with pytest.raises(HoldNotFound):
        diary.accept("anna", second.id)
    clock.advance(HOUR)
    assert diary.offer("anna", lasts=HOUR) == (), "its offer has lapsed, and the time is past"
    diary.leave("anna", third.id)
    diary.cancel(booked[1].id)
    [offered] = diary.offer("anna")
    assert (offered.id, diary.accept("anna", second.id, price=Money.of(5, "USD")).customer) == (second.id, "tuya")
    with pytest.raises(NotWaiting):
        diary.leave("anna", first.id)
    late = diary.wait("anna", DAY, customer="late")
    clock.advance(timedelta(days=1))
    assert diary.offer("anna") == ()
    assert late.status is WaitingStatus.WAITING
    assert diary.store.waiting("anna") == []


def test_leaving_gives_back_what_was_offered(diary: Diary[MemoryStore]) -> None:
    waiting = diary.wait("anna", DAY, customer="bold")
    diary.offer("anna")
    assert hours(diary) == [12, 13]
    assert diary.leave("anna", waiting.id).status is WaitingStatus.LEFT
    assert hours(diary) == [10, 11, 12, 13]


def test_an_unknown_calendar_is_named(diary: Diary[MemoryStore]) -> None:
    with pytest.raises(InvalidValue, match=r"^calendar: "):
        diary.slots("nobody")
    with pytest.raises(InvalidValue, match=r"^start: "):
        diary.book("anna", NINE.date(), customer="bold")  # type: ignore[arg-type]


def test_an_argument_of_another_type_is_named(diary: Diary[MemoryStore]) -> None:
    wrong: Any = {"calendars": [CALENDAR], "calendar": "UTC", "window": (NINE, NINE), "minutes": 10}
    with pytest.raises(InvalidValue, match=r"^calendars: "):
        Diary(wrong["calendars"])
    with pytest.raises(InvalidValue, match=r"^calendars: "):
        Diary({"anna": wrong["calendar"]}).slots("anna")
    with pytest.raises(InvalidValue, match=r"^window: "):
        diary.slots("anna", wrong["window"])
    with pytest.raises(InvalidValue, match=r"^policy: "):
        Diary({"anna": CALENDAR}, policy=wrong["minutes"])
    with pytest.raises(InvalidValue, match=r"^lasts: "):
        diary.hold("anna", NINE + HOUR, lasts=wrong["minutes"])
    with pytest.raises(InvalidValue, match=r"^lasts: "):
        diary.offer("anna", lasts=wrong["minutes"])
    with pytest.raises(InvalidValue, match=r"^units: "):
        Money.of(wrong["minutes"] / 4, "MNT")


class Taken:
    """A source of claims that can do nothing else."""

    def claims(self, calendar: str, around: TimeRange) -> Iterable[Claim]:
        claim = CALENDAR.claim(TimeRange(NINE + HOUR, NINE + 2 * HOUR))
        return [claim] if calendar == "anna" and around.overlaps(claim.blocked) else []


def test_a_store_implements_what_a_use_needs_and_no_more() -> None:
    diary = Diary({"anna": CALENDAR}, Taken(), clock=ManualClock(NINE))
    assert [slot.start.hour for slot in diary.slots("anna", DAY)] == [12, 13]
    with pytest.raises(AttributeError):
        diary.hold("anna", NINE + 3 * HOUR)  # type: ignore[misc]  # mypy refuses it


def test_by_default_it_is_now(diary: Diary[MemoryStore]) -> None:
    assert Diary({"anna": CALENDAR}).slots("anna")[0].start >= SystemClock().now() - HOUR
    assert len(diary.slots("anna")) == 28


def test_what_is_no_store_clock_hold_or_id_is_named_at_once(diary: Diary[MemoryStore]) -> None:
    booking = diary.book("anna", NINE + HOUR, customer="bold")
    claim = booking.claim
    wrong: Any = {"store": object(), "clock": datetime.now, "booking": booking, "claim": claim, "none": timedelta(0)}
    wrong["date"] = NINE.date()
    for field, call in (
        ("store", lambda: Diary(diary.calendars, wrong["store"])),
        ("clock", lambda: Diary(diary.calendars, clock=wrong["clock"])),
        ("hold", lambda: diary.book("anna", NINE + HOUR, customer="saraa", hold=wrong["booking"])),
        ("hold", lambda: diary.book("anna", NINE + HOUR, customer="saraa", hold=wrong["claim"])),
        ("hold", lambda: diary.release("anna", wrong["claim"])),
        ("lasts", lambda: diary.hold("anna", NINE + 3 * HOUR, lasts=wrong["none"])),
        ("booking_id", lambda: diary.cancel(wrong["booking"])),
        ("booking_id", lambda: diary.move(wrong["booking"], NINE + 3 * HOUR)),
        ("duration_minutes", lambda: diary.slots("anna", duration_minutes=wrong["store"])),
        ("duration_minutes", lambda: diary.wait("anna", DAY, customer="saraa", duration_minutes=0)),
        ("slot", lambda: diary.calendars["anna"].claim(wrong["booking"])),
        ("days", lambda: DateException.closed_on(wrong["date"])),
    ):
        with pytest.raises(InvalidValue) as refused:
            call()
        assert refused.value.field == field
    assert diary.store.booking(booking.id) == booking
    with pytest.raises(SlotTaken):
        diary.book("anna", NINE + HOUR, customer="saraa")


def test_a_slot_is_explained_at_the_length_at_which_it_was_listed(diary: Diary[MemoryStore]) -> None:
    diary.book("anna", NINE + 2 * HOUR, customer="bold")
    [short, *_] = diary.slots("anna", DAY, duration_minutes=30)
    assert diary.explain("anna", short).reasons == ()
    assert diary.explain("anna", short.start).reasons != ()
