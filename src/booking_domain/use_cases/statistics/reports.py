"""Monthly reports: announced once when the month is over, and sent by e-mail with the figures as a PDF file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.identity.model import User, UserStatus
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import MessageAddress, MessageChannel
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError, InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.time import time_zone
from booking_domain.statistics.definitions import Interval
from booking_domain.statistics.events import ReportReady
from booking_domain.statistics.model import DueReport, Figures, MonthlyReport, ReportId
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reach, Reader, Told
from booking_domain.use_cases.notices.fields import sample_money
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.salons.takings import visible_salon
from booking_domain.use_cases.statistics.queries import (
    StatisticsQuery,
    StatisticsReport,
    get_own_statistics,
    get_salon_statistics,
)

ANNOUNCED_FOR: Final = 7
"""Days of the next month on which a report is announced. Who subscribes later gets the next one."""
_ONE_DAY: Final = timedelta(days=1)
_SUBJECT: Final = "Your figures of last month: “{report_of}”"
_TEXT: Final = NoticeTemplate(
    subject=_SUBJECT,
    text="“{report_of}” from {report_first} to {report_last}. Appointments that took place: {report_completed}. Earned:"
    " {report_earned}. The e-mail has the whole report as a PDF file.",
)
_QUIET: Final = NoticeTemplate(
    subject=_SUBJECT,
    text="“{report_of}” from {report_first} to {report_last}. No appointment took place. The e-mail has the whole"
    " report as a PDF file.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfFigures:
    """The figures of a month, and whose they are."""

    name: str
    report: StatisticsReport
    language: str
    """Of the reader."""


def month_before(day: date) -> date:
    """The first day of the month before.

    >>> str(month_before(date(2027, 1, 31)))
    '2026-12-01'
    """
    return (day.replace(day=1) - _ONE_DAY).replace(day=1)


def _month_query(month: date | None, zone: str, now: datetime) -> StatisticsQuery:
    """The figures of a month by day: by default the last that is over.

    Raises:
        InvalidValue: the month has not begun.
    """
    today = now.astimezone(time_zone(zone)).date()
    first = month_before(today) if month is None else month.replace(day=1)
    if first > today:
        raise InvalidValue(field="month", problem="a month that has begun")
    last = (first + timedelta(days=31)).replace(day=1) - _ONE_DAY
    return StatisticsQuery(first=first, last=last, interval=Interval.DAY)


async def _get_own(actor: Actor, month: date | None, reads: Reads, *, now: datetime) -> MonthOfFigures:
    """A month of the actor's own profile."""
    authorise(actor, Permission.SEE_EARNINGS)
    view = required(await reads.providers.by_owner(actor.id), ProfileMissing)
    report = await get_own_statistics(actor, _month_query(month, view.time_zone, now), reads, now=now)
    return MonthOfFigures(name=view.profile.display_name, report=report, language=await _language(actor, reads))


async def _get_of_salon(
    actor: Actor, salon_id: SalonId, month: date | None, reads: Reads, *, now: datetime
) -> MonthOfFigures:
    """A month of a salon's members while they were members."""
    view, _ = await visible_salon(actor, salon_id, reads.salons)
    query = _month_query(month, view.hours.time_zone, now)
    report = await get_salon_statistics(actor, salon_id, query, reads, now=now)
    return MonthOfFigures(name=view.salon.name, report=report, language=await _language(actor, reads))


async def _language(actor: Actor, reads: Reads) -> str:
    user = await reads.users.get(actor.id)
    return "" if user is None else user.locale


async def month_of(report: MonthlyReport, reads: Reads, *, now: datetime) -> MonthOfFigures | None:
    """The figures of a report that was announced; None if its reader may not see them any more."""
    user = await reads.users.get(report.user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        return None
    reader = Actor(user.id, user.role)
    try:
        if report.salon_id is not None:
            return await get_salon_month(reader, report.salon_id, report.month, reads, now=now)
        return await get_own_month(reader, report.month, reads, now=now)
    except DomainError:
        return None


async def _announce(due: DueReport, tx: Repositories, context: UseCaseContext) -> None:
    """Announce a report, unless that is done."""
    report = MonthlyReport(
        id=ReportId(context.entropy.new_id()),
        user_id=due.user_id,
        provider_id=due.provider_id,
        salon_id=due.salon_id,
        month=due.month,
        created_at=context.now,
    )
    if await tx.monthly_reports.add(report):
        event = ReportReady(id=EventId(context.entropy.new_id()), occurred_at=context.now, report_id=report.id)
        await tx.outbox.put([event])


async def _notices(event: ReportReady, reads: Reads) -> AsyncIterator[Addressed]:
    """Say what was earned; the e-mail has the rest."""
    report = await reads.monthly_reports.get(event.report_id)
    found = None if report is None else await month_of(report, reads, now=event.occurred_at)
    user = None if report is None else await reads.users.get(report.user_id)
    if found is None or user is None:
        return
    totals = found.report.totals
    completed = Figures.total(totals.values()).completed
    notice = (_TEXT if completed else _QUIET).fill(
        report_of=found.name,
        report_first=found.report.dates.first,
        report_last=found.report.dates.last,
        report_completed=completed,
        report_earned=tuple(
            Money(amount=each.earned, currency=currency) for currency, each in totals.items() if each.earned
        ),
    )
    yield Addressed(user.id, notice, contacts=_contacts(user))


def _contacts(user: User) -> tuple[MessageAddress, ...]:
    """The address as it is now."""
    if user.email is None or user.email_verified_at is None or user.email_undeliverable_at is not None:
        return ()
    return (MessageAddress(MessageChannel.EMAIL, user.email),)


get_own_month: Final = Query(_get_own, (*get_own_statistics.raises,))
get_salon_month: Final = Query(_get_of_salon, (*get_salon_statistics.raises,))
announce_report: Final = UseCase(Permission.RUN_PLATFORM, _announce)
MESSAGES: Final = Messages(
    notices=(NoticesOf({ReportReady: Told((Reader.PROVIDER, Reader.MANAGER))}, _notices, reach=Reach.MAIL),),
    templates={"report.ready": _TEXT, "report.ready_without_appointments": _QUIET},
    fields={
        "report_of": NoticeField("The provider or salon whose figures they are.", "Sarnai Tattoo", of_users=True),
        "report_first": NoticeField("The first day of the month.", date(2026, 10, 1)),
        "report_last": NoticeField("The last day of the month.", date(2026, 10, 31)),
        "report_completed": NoticeField("How many appointments took place.", 42),
        "report_earned": NoticeField("What they earned, by currency.", sample_money(1_200_000)),
    },
)
