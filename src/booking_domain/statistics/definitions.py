"""The definitions of the figures: pure functions over plain rows. Nothing else decides what counts as what."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId, ServiceId
from booking_domain.shared.time import MINUTES_A_DAY
from booking_domain.statistics.model import (
    BookingChannel,
    Bucket,
    CountedBooking,
    Figures,
    Membership,
    Outcome,
    utc_day,
)

CLOSES_AFTER: Final = timedelta(hours=48)
"""How long a bucket takes what happens late without a mark."""
LONGEST_DAYS: Final = 3_660
LONGEST_BY_DAY: Final = 366
_EARLIEST: Final = date(2000, 1, 1)
_LATEST: Final = date(2999, 12, 31)
_BUCKET_MINUTES: Final = 15
_TOOK_TIME: Final = frozenset({Outcome.CONFIRMED, Outcome.COMPLETED, Outcome.NO_SHOW})
_MINUTE: Final = timedelta(minutes=1)


class _Key(NamedTuple):
    starts_at: datetime
    salon_id: SalonId | None
    service_id: ServiceId | None
    channel: BookingChannel
    currency: str


class Interval(StrEnum):
    """The periods of a report, in the time zone of its reader."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Dates:
    """Local dates, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        for field, day in (("from", self.first), ("to", self.last)):
            if not _EARLIEST <= day <= _LATEST:
                raise InvalidValue(field=field, problem=f"a date between {_EARLIEST} and {_LATEST}")
        if self.last < self.first:
            raise InvalidValue(field="to", problem="a range must end after it starts")
        if self.days > LONGEST_DAYS:
            raise InvalidValue(field="to", problem=f"a period of at most {LONGEST_DAYS} days")

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Dates":
        """As many dates that end just before."""
        return Dates(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def starts(self, interval: Interval) -> list[date]:
        """The first date of each period: of a week or month that began before, the first of these dates.

        >>> [str(each) for each in Dates(date(2026, 1, 30), date(2026, 2, 3)).starts(Interval.MONTH)]
        ['2026-01-30', '2026-02-01']
        """
        starts, day = [], self.first
        while day <= self.last:
            starts.append(day)
            day = _next_start(day, interval)
        return starts


def _next_start(day: date, interval: Interval) -> date:
    match interval:
        case Interval.DAY:
            return day + timedelta(days=1)
        case Interval.WEEK:
            return day + timedelta(days=7 - day.weekday())
        case Interval.MONTH:
            return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local date begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def offsets(first: datetime, end: datetime, zone: ZoneInfo) -> dict[datetime, int]:
    """How many seconds local time is ahead of UTC from when on: from `first`, and from each change before `end`.

    >>> changes = offsets(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    >>> [(at.isoformat(), seconds) for at, seconds in changes.items()]
    [('2026-03-01T00:00:00+00:00', 3600), ('2026-03-29T01:00:00+00:00', 7200)]
    """
    found, at, day = {first: ahead(first, zone)}, first, timedelta(days=1)
    while at < end:
        after = min(at + day, end)
        if ahead(after, zone) != ahead(at, zone):
            while ahead(at, zone) == found[max(found)]:
                at += _BUCKET_MINUTES * _MINUTE
            if at < end:
                found[at] = ahead(at, zone)
        at = after
    return found


def ahead(at: datetime, zone: ZoneInfo) -> int:
    """How many seconds local time is ahead of UTC."""
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def bucket_start(at: datetime) -> datetime:
    """The quarter of an hour in which an instant lies.

    >>> bucket_start(datetime(2026, 11, 2, 20, 44, 59, 7, tzinfo=UTC)).isoformat()
    '2026-11-02T20:30:00+00:00'
    """
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute // _BUCKET_MINUTES * _BUCKET_MINUTES, second=0, microsecond=0)


def facts(booking: CountedBooking) -> Iterator[tuple[datetime, Mapping[str, int]]]:
    """What a booking adds to which figures, and when it counts."""
    yield booking.made_at, _made(booking)
    if at_start := _at_start(booking):
        yield booking.starts_at, at_start
    for move in booking.moves:
        yield move.at, {"received": move.received, "refunded": move.refunded}


def _made(booking: CountedBooking) -> Mapping[str, int]:
    if booking.channel is BookingChannel.WALK_IN:
        return {"made": 1}
    ahead = max(0, (booking.starts_at - booking.made_at) // _MINUTE)
    return {"made": 1, "lead_bookings": 1, "lead_minutes": ahead}


def _at_start(booking: CountedBooking) -> dict[str, int]:
    found: dict[str, int] = {}
    if booking.outcome in _TOOK_TIME:
        buffers = booking.blocked_minutes - (booking.ends_at - booking.starts_at) // _MINUTE
        found |= {"booked": 1, "booked_minutes": booked_minutes(booking), "buffer_minutes": buffers}
    if booking.outcome is Outcome.COMPLETED:
        found |= {"completed": 1, "walk_ins": int(booking.channel is BookingChannel.WALK_IN)}
        found |= {"earned": booking.price, "tips": booking.tips, "outstanding": booking.outstanding}
    elif booking.outcome is Outcome.NO_SHOW:
        found["no_shows"] = 1
    elif booking.outcome is Outcome.CANCELLED and booking.cancelled_by_customer:
        found |= {"cancelled": 1, "cancelled_late": int(is_late(booking))}
    elif booking.outcome is Outcome.CANCELLED:
        found["cancelled_by_provider"] = 1
    return found


def booked_minutes(booking: CountedBooking) -> int:
    """The length of an appointment; of whole days, for each date, from when the first opens to when the last closes."""
    if not booking.whole_days:
        return (booking.ends_at - booking.starts_at) // _MINUTE
    zone = ZoneInfo(booking.time_zone)
    opens, closes = (at.astimezone(zone).replace(tzinfo=None) for at in (booking.starts_at, booking.ends_at))
    nights, left = divmod((closes - opens) // _MINUTE - 1, MINUTES_A_DAY)
    return (nights + 1) * (left + 1)


def is_late(booking: CountedBooking) -> bool:
    """Whether the customer cancelled when no tier of the policy was met any more."""
    if booking.cancelled_at is None or not booking.cancelled_by_customer:
        return False
    notice = booking.notice_hours
    return notice is None or booking.policy_start - booking.cancelled_at < timedelta(hours=notice)


def days_of(booking: CountedBooking) -> frozenset[date]:
    """The days of UTC on which a booking counts as something."""
    return frozenset(utc_day(at) for at, _ in facts(booking))


def salon_at(memberships: Sequence[Membership], at: datetime) -> SalonId | None:
    """The salon of which the provider was a member at an instant; memberships by when they began."""
    found = bisect_right(memberships, at, key=lambda each: each.since)
    return memberships[found - 1].salon_id if found else None


def buckets_of(bookings: Iterable[CountedBooking], memberships: Sequence[Membership]) -> list[Bucket]:
    """The buckets of a provider's bookings, in order. Those without figures are left out."""
    sums: dict[_Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for booking in bookings:
        for at, added in facts(booking):
            start = bucket_start(at)
            salon_id = salon_at(memberships, start)
            figures = sums[_Key(start, salon_id, booking.service_id, booking.channel, booking.currency)]
            for name, amount in added.items():
                figures[name] += amount
    buckets = (Bucket(**key._asdict(), figures=Figures(**figures)) for key, figures in sums.items())
    return sorted((each for each in buckets if each.figures), key=bucket_order)


def bucket_order(bucket: Bucket) -> tuple[str, ...]:
    """Sorts the buckets of a provider, the earliest first."""
    return bucket.starts_at.isoformat(), str(bucket.salon_id), str(bucket.service_id), bucket.channel, bucket.currency


def revised(before: Iterable[Bucket], after: Iterable[Bucket], now: datetime) -> dict[datetime, SalonId | None]:
    """The closed buckets that differ: when they begin, and the salon."""
    changed = set(before) ^ set(after)
    return {each.starts_at: each.salon_id for each in changed if now - each.starts_at >= CLOSES_AFTER}
