"""What is counted: bookings and their money as plain rows, and the figures of a bucket.

docs/use/statistics.md says what each figure means.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from operator import add, attrgetter
from typing import Final, NamedTuple, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, ServiceId, UserId

StatisticsFindingId = NewType("StatisticsFindingId", UUID)
ReportId = NewType("ReportId", UUID)


class Outcome(StrEnum):
    """What became of a booking. A disputed one counts as what it was before, until the dispute is decided."""

    REQUESTED = "requested"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


class BookingChannel(StrEnum):
    """How a booking was made: by the customer, who came from somewhere, or by the provider's side."""

    ONLINE = "online"
    """By the customer; nothing is known of where they came from."""
    LINK = "link"
    SEARCH = "search"
    PORTFOLIO = "portfolio"
    WAITING_LIST = "waiting_list"
    BOT = "bot"
    PAGE = "page"
    STAFF = "staff"
    """By the provider's side, for a customer with an account."""
    WALK_IN = "walk_in"
    """By the provider's side, for a customer without one."""

    @property
    def side(self) -> "BookingChannel":
        """Who made it: `ONLINE` the customer, wherever they came from; else the provider's side."""
        return self if self in _BY_STAFF else BookingChannel.ONLINE

    @property
    def origin(self) -> str:
        """Where the customer came from, in the words of bookings."""
        if self in _BY_STAFF:
            return "desk"
        return "direct" if self is BookingChannel.ONLINE else self.value


_BY_STAFF: Final = frozenset({BookingChannel.STAFF, BookingChannel.WALK_IN})


class Moved(NamedTuple):
    """Money of a booking that moved at an instant, in minor units."""

    at: datetime
    received: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class CountedBooking:
    """What statistics know of a booking: a plain row, with its money. Amounts are in minor units."""

    id: BookingId
    provider_id: ProviderId
    customer_id: UserId
    channel: BookingChannel
    service_id: ServiceId | None
    """The first of its services; None: a plain appointment."""
    outcome: Outcome
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    blocked_minutes: int
    """The appointment with its buffers."""
    whole_days: bool = False
    """Whether it lasts from the opening of one date to the closing of another."""
    cancelled_at: datetime | None = None
    cancelled_by_customer: bool = False
    time_zone: str
    """In which the appointment was agreed."""
    policy_start: datetime
    """The start by which a cancellation is judged."""
    notice_hours: int | None = None
    """The least hours before it at which a cancellation gives anything back by a tier; None: no tier does."""
    currency: str
    price: int
    """The agreed price, and what was charged at the desk above it."""
    tips: int = 0
    outstanding: int = 0
    """What is still to be paid of a completed appointment."""
    moves: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums that add up: over buckets, services, channels and providers. Amounts are in minor units."""

    made: int = 0
    lead_bookings: int = 0
    lead_minutes: int = 0
    booked: int = 0
    booked_minutes: int = 0
    buffer_minutes: int = 0
    completed: int = 0
    walk_ins: int = 0
    no_shows: int = 0
    cancelled: int = 0
    cancelled_late: int = 0
    cancelled_by_provider: int = 0
    earned: int = 0
    tips: int = 0
    outstanding: int = 0
    received: int = 0
    refunded: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*map(add, _values(self), _values(other)))

    def __bool__(self) -> bool:
        return any(_values(self))

    @classmethod
    def total(cls, figures: Iterable[Self]) -> Self:
        """The sum."""
        added = list(figures)
        if len(added) == 1:  # of one currency, as most are
            return added[0]
        return cls(*map(sum, zip(*map(_values, added), strict=True)))

    @property
    def average_bill(self) -> int | None:
        """What a completed appointment brought in, rounded half up; None if there was none."""
        return (2 * self.earned + self.completed) // (2 * self.completed) if self.completed else None

    @property
    def no_show_rate(self) -> float | None:
        """The part of the appointments that were due that the customer missed."""
        return rate(self.no_shows, self.completed + self.no_shows)

    @property
    def late_cancellation_rate(self) -> float | None:
        """The part of the appointments that were due, or cancelled too late, that was cancelled too late."""
        return rate(self.cancelled_late, self.completed + self.no_shows + self.cancelled_late)

    def utilisation(self, rostered_minutes: int) -> float | None:
        """The part of the rostered time that appointments and their buffers took."""
        return rate(self.booked_minutes + self.buffer_minutes, rostered_minutes)

    @property
    def lead_hours(self) -> float | None:
        """How long before its start a booking was made, on average."""
        return round(self.lead_minutes / 60 / self.lead_bookings, 1) if self.lead_bookings else None


FIGURES: Final = tuple(field.name for field in fields(Figures))
AMOUNTS: Final = ("earned", "tips", "outstanding", "received", "refunded")
"""Those of `FIGURES` that are money."""
_values: Final = attrgetter(*FIGURES)
_DIGITS: Final = 4


def rate(part: int, of: int) -> float | None:
    """A part of a whole, to four digits; None of nothing.

    >>> rate(1, 3), rate(0, 3), rate(0, 0)
    (0.3333, 0.0, None)
    """
    return round(part / of, _DIGITS) if of else None


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Bucket:
    """The figures of a quarter of an hour, of one salon, service, channel and currency.

    A quarter, because the days of every time zone begin with one: in Tehran and Kathmandu not with an hour of UTC.
    """

    starts_at: datetime
    salon_id: SalonId | None
    """The salon of which the provider was a member then."""
    service_id: ServiceId | None
    channel: BookingChannel
    currency: str
    figures: Figures

    @property
    def day(self) -> date:
        """The day of UTC by which buckets are recounted."""
        return utc_day(self.starts_at)


def utc_day(at: datetime) -> date:
    """The day of UTC of an instant."""
    return at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """From an instant on, the provider was a member of a salon, or of none."""

    provider_id: ProviderId
    since: datetime
    salon_id: SalonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterDay:
    """How long a provider is open on a local date, without time off."""

    day: date
    salon_id: SalonId | None
    """The salon of which the provider was a member then."""
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """What an item of a portfolio led to in a time."""

    item_id: UUID
    description: str | None
    """None: the item was deleted."""
    views: int = 0
    """How often it was opened."""
    bookings: int = 0
    """Bookings whose customers came from it."""
    paid: int = 0
    """Those of them for which money was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversions:
    """What led to bookings of a provider in a time, and what appointments led to."""

    link_visitors: int = 0
    """Distinct visitors of booking links, a day at a time."""
    link_bookings: int = 0
    """Bookings that were made through them."""
    link_paid: int = 0
    """Those of them for which money was kept."""
    items: tuple[ItemFigures, ...] = ()
    """The items of the portfolio that were opened or led to bookings, those with the most bookings first."""
    waited: int = 0
    """Places on the waiting list that were taken."""
    waited_and_booked: int = 0
    """Those of them that were booked."""
    reviewed: int = 0
    """Completed appointments of the time that have a review."""

    @property
    def portfolio_views(self) -> int:
        """How often items of the portfolio were opened."""
        return sum(each.views for each in self.items)

    @property
    def portfolio_bookings(self) -> int:
        """Bookings whose customers came from an item of the portfolio."""
        return sum(each.bookings for each in self.items)

    @property
    def portfolio_paid(self) -> int:
        """Those of them for which money was kept."""
        return sum(each.paid for each in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsFinding:
    """Stored figures of a provider that were not those of the bookings and their money. They were recounted."""

    id: StatisticsFindingId
    provider_id: ProviderId
    days: int
    """How many days were wrong."""
    first_day: date
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """A monthly report for its reader: of a provider or of a salon."""

    user_id: UserId
    provider_id: ProviderId | None
    salon_id: SalonId | None
    month: date
    """The first day of the month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport(DueReport):
    """One that was announced to its reader, and is sent once."""

    id: ReportId
    created_at: datetime
