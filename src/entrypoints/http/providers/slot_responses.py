"""What `/providers/{id}/slots` answers, computed from a schedule; see `kit.computers`."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from msgspec import Meta
from msgspec.json import encode

from booking_domain.scheduling.explain import explain, public_reasons
from booking_domain.scheduling.model import MAX_HORIZON_DAYS, ProviderSchedule, Slot
from booking_domain.scheduling.slots import MAX_SLOTS, first_slots, slots_in_order
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.scheduling.queries import ExplicableSchedule
from entrypoints.http.kit.fields import Json, Timestamp

LONGEST_WINDOW: Final = timedelta(days=62)
_A_MOMENT: Final = timedelta.resolution


class SlotJson(Json, frozen=True, kw_only=True):
    """An offered slot."""

    start: Timestamp
    end: Timestamp


class SlotsJson(Json, frozen=True, kw_only=True):
    """The slots that start in the window, in order, and the time zone to show them in.

    With `nextFrom`, the answer has only the slots that start before it: repeat the request with it as `from`. Without
    it, the answer is complete. `degraded` names the sources that could not be taken into account.
    """

    time_zone: str
    slots: Annotated[tuple[SlotJson, ...], Meta(max_length=MAX_SLOTS)]
    next_from: Timestamp | None = None
    degraded: tuple[str, ...]


class DayJson(Json, frozen=True, kw_only=True):
    """A day of a calendar view."""

    date: date
    slots: int
    """How many slots start on this day."""
    first_slot: Timestamp | None = None
    """The start of the first slot of the day."""


class DaysJson(Json, frozen=True, kw_only=True):
    """The days of the window, in the provider's time zone.

    With `nextFrom`, the answer has only the days before it: repeat the request with it as `from`. Without it, the
    answer is complete. `degraded` names the sources that could not be taken into account.
    """

    time_zone: str
    days: Annotated[tuple[DayJson, ...], Meta(max_length=LONGEST_WINDOW.days)]
    """The days."""
    next_from: date | None = None
    degraded: tuple[str, ...]


class ExplanationJson(Json, frozen=True, kw_only=True):
    """Why a start is or is not offered.

    `reasons` are `closed`, `exception`, `salon_closed`, `notice`, `horizon`, `off_grid`, `not_bookable` and
    `unavailable`. Instead of `unavailable`, the provider, the manager of the provider's salon and admins see `block`,
    `claimed`, `busy`, `buffer`, `day_full` and `week_full`.
    """

    time_zone: str
    slot: Timestamp
    offered: bool
    reasons: tuple[str, ...]
    before: SlotJson | None = None
    after: SlotJson | None = None
    degraded: tuple[str, ...]


def slots_response(
    schedule: ProviderSchedule,
    window: TimeRange,
    now: datetime,
    *,
    zone: ZoneInfo | None = None,
    duration_minutes: int | None = None,
) -> bytes:
    """The slots of the window, as JSON."""
    calendar, degraded = schedule.calendar_at(now)
    found = first_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
    answer = SlotsJson(
        time_zone=calendar.time_zone if zone is None else zone.key,
        slots=tuple(slot_json(slot, zone) for slot in found.slots),
        next_from=in_zone(found.next_from, zone),
        degraded=degraded,
    )
    return encode(answer)


def days_response(
    schedule: ProviderSchedule, window: TimeRange, now: datetime, *, duration_minutes: int | None = None
) -> bytes:
    """The number of slots of each day of the window, as JSON."""
    calendar, degraded = schedule.calendar_at(now)
    found = first_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
    zone = calendar.zone
    first, last = local_date(window.start, zone), local_date(window.end - _A_MOMENT, zone)
    # The day at which the list of slots was cut off is incomplete.
    cut = None if found.next_from is None else local_date(found.next_from, zone)
    starts: dict[date, list[datetime]] = {}
    for slot in found.slots:
        starts.setdefault(local_date(slot.start, zone), []).append(slot.start)
    days = (first + timedelta(days=after) for after in range((last - first).days + 1))
    answer = DaysJson(
        time_zone=calendar.time_zone,
        days=tuple(
            DayJson(date=day, slots=len(starts.get(day, ())), first_slot=starts[day][0] if day in starts else None)
            for day in days
            if cut is None or day < cut
        ),
        next_from=cut,
        degraded=degraded,
    )
    return encode(answer)


def next_free(
    schedule: ProviderSchedule, now: datetime, duration_minutes: int | None = None
) -> tuple[Slot | None, tuple[str, ...]]:
    """The first slot from now on, and what could not be taken into account."""
    calendar, degraded = schedule.calendar_at(now)
    window = TimeRange(now, now + timedelta(days=MAX_HORIZON_DAYS))
    slots = slots_in_order(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
    return next(iter(slots), None), degraded


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The date of an instant in a time zone."""
    return at.astimezone(zone).date()


def explanation_response(
    of: ExplicableSchedule, start: datetime, now: datetime, *, duration_minutes: int | None = None
) -> bytes:
    """The explanation of a start, as JSON."""
    schedule = of.schedule
    calendar, degraded = schedule.calendar_at(now)
    why = explain(
        calendar,
        schedule.claims,
        start,
        now=now,
        duration_minutes=duration_minutes,
        bookable=schedule.accepting,
    )
    answer = ExplanationJson(
        time_zone=calendar.time_zone,
        slot=why.start,
        offered=why.offered,
        reasons=tuple(reason.value for reason in why.reasons) if of.full else public_reasons(why.reasons),
        before=None if why.before is None else slot_json(why.before),
        after=None if why.after is None else slot_json(why.after),
        degraded=degraded,
    )
    return encode(answer)


def slot_json(slot: Slot, zone: ZoneInfo | None = None) -> SlotJson:
    """Show a slot in UTC or with the offset of a time zone."""
    if zone is None:
        return SlotJson(start=slot.start, end=slot.end)
    return SlotJson(start=slot.start.astimezone(zone), end=slot.end.astimezone(zone))


def in_zone(at: datetime | None, zone: ZoneInfo | None) -> datetime | None:
    """The instant with the offset of the time zone, if one is given."""
    return at if at is None or zone is None else at.astimezone(zone)
