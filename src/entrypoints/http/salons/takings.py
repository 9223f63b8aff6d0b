"""`/salons/{id}/day` and `…/takings`: a salon's day, and what its members earn and receive, for its manager."""

from collections.abc import AsyncIterator, Iterator
from datetime import date as Date  # noqa: N812 - a field is named `date`
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath
from msgspec import Meta, field

from booking_domain.catalogue.salons import MAX_MEMBERS
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.salons.day import MOST, MemberDay, get_salon_day
from booking_domain.use_cases.salons.takings import SalonTakings, Takings, get_salon_takings
from entrypoints.http.bookings.schemas import AppointmentJson, appointment_json
from entrypoints.http.earnings.statements import whole
from entrypoints.http.kit.csv_cells import attachment, csv_lines
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, Moment, Query, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.queries import moment

TAKINGS_CSV: Final = "provider_id,provider,currency,figure,method,amount\r\n"


class DayQuery(Query, frozen=True, kw_only=True):
    """A date in the salon's time zone; default: today."""

    date: Date | None = None


class TakingsQuery(Query, frozen=True, kw_only=True):
    """A period `[from, to)` of at most 366 days. A date means midnight in the salon's time zone."""

    from_: Moment = field(name="from")
    to: Moment

    def period(self, zone: ZoneInfo) -> TimeRange:
        """The period, with dates in this time zone."""
        start, end = moment(self.from_, zone, name="from"), moment(self.to, zone, name="to")
        if start >= end:
            raise InvalidValue(field="to", problem="a range must end after it starts")
        return TimeRange(start, end)


class OpenRangeJson(Json, frozen=True, kw_only=True):
    """A time in which someone is open."""

    start: Timestamp
    end: Timestamp


class MemberBlockJson(Json, frozen=True, kw_only=True):
    """Time off of a member."""

    id: UUID
    start: Timestamp
    end: Timestamp


class DueJson(Json, frozen=True, kw_only=True):
    """What is still to be paid for the appointments of a day, in one currency."""

    currency: str
    due_now_amount: int
    """What is due now: deposits that are awaited, and appointments that took place."""
    due_later_amount: int
    """What is due with appointments to come."""


class MemberDayJson(Json, frozen=True, kw_only=True):
    """The day of a member."""

    provider_id: UUID
    display_name: str
    time_zone: str
    open: tuple[OpenRangeJson, ...]
    """When the member works: the member's hours within those of the salon."""
    blocks: tuple[MemberBlockJson, ...]
    """Time off of the member that meets the day."""
    bookings: Annotated[tuple[AppointmentJson, ...], Meta(max_length=MOST)]
    """The appointments that start on the day, by start, those of every status."""


class SalonDayJson(Json, frozen=True, kw_only=True):
    """The day of a salon."""

    date: Date
    time_zone: str
    """The time zone of the salon."""
    open: tuple[OpenRangeJson, ...]
    """When the salon is open."""
    due: tuple[DueJson, ...]
    """What is still to be paid for the day's appointments, by currency."""
    members: Annotated[tuple[MemberDayJson, ...], Meta(max_length=MAX_MEMBERS)]
    """The members, without those who are only invited."""


class ReceivedJson(Json, frozen=True, kw_only=True):
    """What was paid by one method."""

    method: str
    """The gateway, or at the desk `cash` or `card`."""
    amount: int


class TakingsJson(Json, frozen=True, kw_only=True):
    """What was taken in a period, in one currency."""

    currency: str
    earned_amount: int
    """The prices of the appointments that began in the period and are completed."""
    tips_amount: int
    """The tips for these appointments, which are not in `earnedAmount`."""
    received: tuple[ReceivedJson, ...]
    """What was paid in the period, by method, without tips."""
    received_amount: int
    """What was paid by all methods."""
    refunded_amount: int
    """What was sent back to customers in the period."""
    outstanding_amount: int
    """What is still to be paid for the completed appointments."""


class MemberTakingsJson(Json, frozen=True, kw_only=True):
    """What a member took in a period."""

    provider_id: UUID
    display_name: str
    takings: tuple[TakingsJson, ...]
    """By currency; empty if nothing moved."""


class SalonTakingsJson(Json, frozen=True, kw_only=True):
    """What the members of a salon took in a period."""

    start: Timestamp
    end: Timestamp
    time_zone: str
    """The time zone of the salon."""
    members: Annotated[tuple[MemberTakingsJson, ...], Meta(max_length=MAX_MEMBERS)]
    """The members, without those who are only invited."""
    totals: tuple[TakingsJson, ...]
    """All members together, by currency."""


@get("/{salon_id:str}/day", opt=documented(get_salon_day))
async def show_salon_day(
    salon_id: FromPath[SalonId],
    params: Injected[DayQuery],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    gateways: Injected[Gateways],
) -> SalonDayJson:
    """Return the day of your salon: its hours, and of each member the working hours, time off and appointments.

    `bookings` are as in `GET /bookings`, with what you can do; `due` adds up what is still to be paid.
    """
    now = clock.now()
    found = await get_salon_day(actor, salon_id, params.date, reads, now=now)
    charges = gateways.chargeable.accepts

    def member_json(member: MemberDay) -> MemberDayJson:
        return MemberDayJson(
            provider_id=member.member.provider_id,
            display_name=member.member.name,
            time_zone=member.time_zone,
            open=_open(member.open),
            blocks=tuple(
                MemberBlockJson(id=each.id, start=each.range.start, end=each.range.end) for each in member.blocks
            ),
            bookings=tuple(appointment_json(seen, actor, now, charges) for seen in member.appointments),
        )

    return SalonDayJson(
        date=found.day,
        time_zone=found.salon.time_zone,
        open=_open(found.open),
        due=tuple(
            DueJson(currency=due.currency, due_now_amount=due.amount, due_later_amount=later.amount)
            for due, later in found.due
        ),
        members=tuple(map(member_json, found.members)),
    )


def _open(ranges: tuple[TimeRange, ...]) -> tuple[OpenRangeJson, ...]:
    return tuple(OpenRangeJson(start=each.start, end=each.end) for each in ranges)


@get("/{salon_id:str}/takings", opt=documented(get_salon_takings))
async def show_salon_takings(
    salon_id: FromPath[SalonId], params: Injected[TakingsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> SalonTakingsJson:
    """Return what each member of your salon earned, received, refunded and is still owed by customers in a period.

    The members are those of now. Their commission, account and payouts to them are not shown.
    """
    found = await get_salon_takings(actor, salon_id, params.period, reads)
    return SalonTakingsJson(
        start=found.period.start,
        end=found.period.end,
        time_zone=found.time_zone,
        members=tuple(
            MemberTakingsJson(
                provider_id=each.member.provider_id,
                display_name=each.member.name,
                takings=tuple(map(_takings_json, each.takings)),
            )
            for each in found.members
        ),
        totals=tuple(map(_takings_json, found.totals)),
    )


def _takings_json(takings: Takings) -> TakingsJson:
    return TakingsJson(
        currency=takings.earned.currency,
        earned_amount=takings.earned.amount,
        tips_amount=takings.tips.amount,
        received=tuple(ReceivedJson(method=method, amount=amount.amount) for method, amount in takings.received),
        received_amount=takings.total.amount,
        refunded_amount=takings.refunded.amount,
        outstanding_amount=takings.outstanding.amount,
    )


@get(
    "/{salon_id:str}/takings/export",
    media_type="text/csv",
    opt=documented(get_salon_takings, answer=TAKINGS_CSV, headers=("Content-Disposition",)),
)
async def export_salon_takings(
    salon_id: FromPath[SalonId], params: Injected[TakingsQuery], actor: Injected[Actor], reads: Injected[Reads]
) -> Response[str]:
    """Return the takings of your salon as a CSV file (RFC 4180, UTF-8), a line for each member, currency and figure.

    Amounts are in whole units of the currency.
    """
    found = await get_salon_takings(actor, salon_id, params.period, reads)

    async def parts() -> AsyncIterator[bytes]:
        yield TAKINGS_CSV.encode()
        yield csv_lines(_lines(found))

    return attachment("takings", parts())


def _lines(found: SalonTakings) -> Iterator[tuple[object, ...]]:
    for member in found.members:
        who = member.member.provider_id, member.member.name
        for takings in member.takings:
            for figure, method, amount in _figures(takings):
                yield *who, takings.earned.currency, figure, method, amount


def _figures(takings: Takings) -> Iterator[tuple[str, str, Decimal]]:
    yield "earned", "", _whole(takings.earned)
    yield "tips", "", _whole(takings.tips)
    for method, amount in takings.received:
        yield "received", method, _whole(amount)
    yield "refunded", "", _whole(takings.refunded)
    yield "outstanding", "", _whole(takings.outstanding)


def _whole(amount: Money) -> Decimal:
    return whole(amount.amount, amount.currency)
