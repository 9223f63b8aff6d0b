"""What clients ask for and see of statistics."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, field

from booking_domain.statistics.customers import CustomerFigures
from booking_domain.statistics.definitions import Interval
from booking_domain.statistics.model import Conversions, Figures, ItemFigures, rate
from booking_domain.use_cases.statistics.queries import GroupBy, StatisticsQuery, StatisticsReport
from entrypoints.http.kit.fields import Json, Query, Timestamp
from entrypoints.http.kit.projection import projection


class AnalyticsQuery(Query, frozen=True, kw_only=True):
    """Local dates of the provider or salon, both included; by default the last 30 days, by day."""

    from_: date | None = field(default=None, name="from")
    to: date | None = None
    interval: Interval = Interval.DAY
    """The length of the periods. Days are shown of at most 366 days."""
    group_by: GroupBy | None = None
    """What the figures of the whole time are shown by, besides the periods."""

    @property
    def query(self) -> StatisticsQuery:
        """Which figures."""
        return StatisticsQuery(first=self.from_, last=self.to, interval=self.interval, group_by=self.group_by)


class MonthQuery(Query, frozen=True, kw_only=True):
    """A month on the calendar of the provider or salon; by default the last that is over."""

    month: Annotated[str, Meta(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-10"])] | None = None
    """The year and the month."""

    @property
    def first(self) -> date | None:
        """Its first day."""
        return None if self.month is None else date.fromisoformat(f"{self.month}-01")


class FiguresFormat(StrEnum):
    """The format of a file."""

    CSV = "csv"
    XLSX = "xlsx"


class FiguresSheet(StrEnum):
    """A sheet of the spreadsheet."""

    PERIODS = "periods"
    GROUPS = "groups"
    COHORTS = "cohorts"
    PORTFOLIO = "portfolio"


class AnalyticsFileQuery(AnalyticsQuery, frozen=True, kw_only=True):
    """The same dates, periods and groups, and the format of the file."""

    format: FiguresFormat = FiguresFormat.CSV
    sheet: FiguresSheet | None = None
    """Which sheet of the spreadsheet a CSV file has; absent: the groups if there are any, and the periods otherwise."""


class MoneyFiguresJson(Json, frozen=True, kw_only=True):
    """The money of a time, in one currency."""

    currency: str
    earned_amount: int
    """The final prices of the completed appointments that began in the time."""
    tips_amount: int
    """The tips for these appointments, which are not in `earnedAmount`."""
    outstanding_amount: int
    """What is still to be paid for them."""
    received_amount: int
    """What was paid in the time, online and at the desk, without tips."""
    refunded_amount: int
    """What was sent back to customers in the time."""
    average_bill_amount: int | None = None
    """`earnedAmount` of one appointment; absent if none was completed."""


class CohortJson(Json, frozen=True, kw_only=True):
    """The customers whose first completed visit was in one month."""

    month: date
    """The first day of the month."""
    customers: int
    """How many they are."""
    active: tuple[int, ...]
    """How many of them came in each of the months after, twelve at most."""


class LifetimeValueJson(Json, frozen=True, kw_only=True):
    """What a customer has brought in so far, on average, in one currency."""

    currency: str
    amount: int


class CustomerFiguresJson(Json, frozen=True, kw_only=True):
    """Customers with an account of a time. A salon's rates, values and cohorts are of five people or more."""

    visits: int
    """Their completed appointments."""
    new_customers: int
    """Those whose first visit ever was in the time."""
    returning_customers: int
    """Those who came in the time, and had come before."""
    rebooking_rate: float | None = None
    """The part of the visits on whose day the customer made an appointment to come."""
    retention_rate: float | None = None
    """The part of the customers of the time before who came again in this one."""
    churned_customers: int | None = None
    """Those who were lost in the time: more than two of their own cycles have passed since their last visit."""
    churn_rate: float | None = None
    """The part of the customers who were there at the start of the time that was lost."""
    lifetime_value: tuple[LifetimeValueJson, ...]
    """By currency, of all who have come so far."""
    cohorts: tuple[CohortJson, ...]
    """By the month of the first visit, the newest 24 of the time."""


class PortfolioItemFiguresJson(Json, frozen=True, kw_only=True):
    """What an item of the portfolio led to in a time."""

    item_id: UUID
    """The item of the portfolio."""
    description: str | None = None
    """Absent if the item was deleted."""
    views: int
    """How often it was opened; by bots, its provider and admins excluded."""
    bookings: int
    """Bookings that were made in the time by customers who came from it."""
    paid: int
    """Those of them for which money was kept."""


class ConversionsJson(Json, frozen=True, kw_only=True):
    """What led to bookings in a time, and what appointments led to."""

    link_visitors: int
    """Distinct visitors of your booking links, a day at a time; bots excluded."""
    link_bookings: int
    """Bookings that were made through them."""
    link_conversion_rate: float | None = None
    """`linkBookings` ÷ `linkVisitors`; absent if the divisor is 0."""
    link_paid: int
    """Bookings through links that were made in the time, and for which money was kept."""
    portfolio_views: int
    """How often items of your portfolio were opened."""
    portfolio_bookings: int
    """Bookings that were made in the time by customers who came from an item of your portfolio."""
    portfolio_conversion_rate: float | None = None
    """`portfolioBookings` ÷ `portfolioViews`; absent if the divisor is 0."""
    portfolio_paid: int
    """Those of them for which money was kept."""
    waited: int
    """Places on your waiting list that were taken in the time."""
    waited_and_booked: int
    """What of them was booked, then or later."""
    waiting_conversion_rate: float | None = None
    """`waitedAndBooked` ÷ `waited`; absent if the divisor is 0."""
    reviewed: int
    """Completed appointments of the time that have a review."""
    review_rate: float | None = None
    """`reviewed` ÷ the completed appointments without walk-ins; absent if the divisor is 0."""
    portfolio_items: tuple[PortfolioItemFiguresJson, ...]
    """The 50 items with the most bookings, and then views."""


class FiguresJson(Json, frozen=True, kw_only=True):
    """The figures of a time. Appointments count when they begin, bookings when they are made."""

    bookings_made: int
    """Bookings that were made in the time, whatever became of them."""
    lead_hours: float | None = None
    """How long before the start they were made, on average, without walk-ins."""
    booked: int
    """Appointments that are confirmed, completed or missed."""
    booked_minutes: int
    """The length of these appointments."""
    buffer_minutes: int
    """The buffers before and after them."""
    completed: int
    """Appointments that took place."""
    walk_ins: int
    """What of the completed appointments was of customers without an account."""
    no_shows: int
    """Appointments to which the customer did not come."""
    cancelled_by_customer: int
    """Appointments that the customer cancelled, late or not."""
    cancelled_late: int
    """What of them was cancelled later than every tier of the policy."""
    cancelled_by_provider: int
    """Appointments that the provider's side or the platform cancelled."""
    no_show_rate: float | None = None
    """`noShows` ÷ (`completed` + `noShows`); absent if the divisor is 0."""
    late_cancellation_rate: float | None = None
    """`cancelledLate` ÷ (`completed` + `noShows` + `cancelledLate`); absent if the divisor is 0."""
    rostered_minutes: int | None = None
    """How long the provider was open, without time off, on the days of which that is known; absent of groups."""
    utilisation: float | None = None
    """(`bookedMinutes` + `bufferMinutes`) ÷ `rosteredMinutes`; absent if the divisor is 0 or unknown.

    Each booking of a class counts, so classes can make it more than 1.
    """
    money: tuple[MoneyFiguresJson, ...]
    """By currency; empty if nothing was booked or paid."""


class PeriodFiguresJson(Json, frozen=True, kw_only=True):
    """The figures of a period."""

    first: date
    """The first date of the period."""
    last: date
    """The last date of the period, which is part of it."""
    figures: FiguresJson
    """The figures of the period."""
    revised_at: Timestamp | None = None
    """When something changed that had been over for 48 hours; absent if nothing did."""


class GroupFiguresJson(Json, frozen=True, kw_only=True):
    """The figures of a group, over the whole time."""

    group: str
    """The id of the service (empty: none) or provider, the channel, origin, weekday (`0` is Monday), or the hour."""
    name: str | None = None
    """The name of the service or provider."""
    figures: FiguresJson
    """The figures of the group."""


class StatisticsJson(Json, frozen=True, kw_only=True):
    """The figures of a time: all together, by period and by group, and those of the time before."""

    first: date
    """The first date that counts."""
    last: date
    """The last date that counts."""
    time_zone: str
    """The zone of the dates: that of the provider or salon."""
    interval: Interval
    """The length of the periods."""
    totals: FiguresJson
    """Of the whole time."""
    previous: FiguresJson
    """Of as many days just before."""
    customers: CustomerFiguresJson
    """Who came, and who stayed away."""
    conversions: ConversionsJson | None = None
    """Absent of a salon."""
    periods: tuple[PeriodFiguresJson, ...]
    """Days, weeks or months, in order; the first and last one may be cut."""
    groups: tuple[GroupFiguresJson, ...]
    """By what `groupBy` asks for; otherwise empty."""


def _figures(by_currency: Mapping[str, Figures], rostered: int | None = None) -> FiguresJson:
    return _shown(by_currency, rostered) if by_currency or rostered else _NOTHING


def _shown(by_currency: Mapping[str, Figures], rostered: int | None) -> FiguresJson:
    all_ = Figures.total(by_currency.values())
    return FiguresJson(
        bookings_made=all_.made,
        lead_hours=all_.lead_hours,
        booked=all_.booked,
        booked_minutes=all_.booked_minutes,
        buffer_minutes=all_.buffer_minutes,
        completed=all_.completed,
        walk_ins=all_.walk_ins,
        no_shows=all_.no_shows,
        cancelled_by_customer=all_.cancelled,
        cancelled_late=all_.cancelled_late,
        cancelled_by_provider=all_.cancelled_by_provider,
        no_show_rate=all_.no_show_rate,
        late_cancellation_rate=all_.late_cancellation_rate,
        rostered_minutes=rostered,
        utilisation=all_.utilisation(rostered or 0),
        money=tuple(
            MoneyFiguresJson(
                currency=currency,
                earned_amount=each.earned,
                tips_amount=each.tips,
                outstanding_amount=each.outstanding,
                received_amount=each.received,
                refunded_amount=each.refunded,
                average_bill_amount=each.average_bill,
            )
            for currency, each in by_currency.items()
        ),
    )


_NOTHING: Final = _shown({}, None)


_MOST_ITEMS: Final = 50
_item_json: Final = projection(ItemFigures, PortfolioItemFiguresJson)


def _conversions(found: Conversions, visits: int) -> ConversionsJson:
    return ConversionsJson(
        link_visitors=found.link_visitors,
        link_bookings=found.link_bookings,
        link_conversion_rate=rate(found.link_bookings, found.link_visitors),
        link_paid=found.link_paid,
        portfolio_views=found.portfolio_views,
        portfolio_bookings=found.portfolio_bookings,
        portfolio_conversion_rate=rate(found.portfolio_bookings, found.portfolio_views),
        portfolio_paid=found.portfolio_paid,
        waited=found.waited,
        waited_and_booked=found.waited_and_booked,
        waiting_conversion_rate=rate(found.waited_and_booked, found.waited),
        reviewed=found.reviewed,
        review_rate=rate(found.reviewed, visits),
        portfolio_items=tuple(map(_item_json, found.items[:_MOST_ITEMS])),
    )


def _customers(figures: CustomerFigures) -> CustomerFiguresJson:
    return CustomerFiguresJson(
        visits=figures.visits,
        new_customers=figures.new,
        returning_customers=figures.returning,
        rebooking_rate=figures.rebooking_rate,
        retention_rate=figures.retention_rate,
        churned_customers=figures.churned,
        churn_rate=figures.churn_rate,
        lifetime_value=tuple(
            LifetimeValueJson(currency=currency, amount=amount) for currency, amount in figures.lifetime_value.items()
        ),
        cohorts=tuple(
            CohortJson(month=each.month, customers=each.customers, active=each.active) for each in figures.cohorts
        ),
    )


def statistics_json(report: StatisticsReport) -> StatisticsJson:
    """Show a report."""
    return StatisticsJson(
        first=report.dates.first,
        last=report.dates.last,
        time_zone=report.time_zone,
        interval=report.interval,
        totals=_figures(report.totals, report.rostered_minutes),
        previous=_figures(report.before, report.rostered_before),
        customers=_customers(report.customers),
        conversions=None if report.conversions is None else _conversions(report.conversions, report.customers.visits),
        periods=tuple(
            PeriodFiguresJson(
                first=each.first,
                last=each.last,
                figures=_figures(each.figures, each.rostered_minutes),
                revised_at=each.revised_at,
            )
            for each in report.periods
        ),
        groups=tuple(
            GroupFiguresJson(group=each.key, name=each.name, figures=_figures(each.figures)) for each in report.groups
        ),
    )
