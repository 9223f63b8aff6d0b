"""Monthly reports on PostgreSQL: which were announced, and which are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Uuid,
    bindparam,
    cast,
    exists,
    extract,
    func,
    literal_column,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from adapters.postgres.catalogue.tables import providers, salons
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.personal_data import DELETE, Kept, NotExported, personal_data
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from booking_domain.identity.model import UserStatus
from booking_domain.identity.preferences import NewsChannel, NewsKind
from booking_domain.shared.ids import ProviderId, SalonId, UserId
from booking_domain.statistics.model import DueReport, MonthlyReport, ReportId
from booking_domain.statistics.ports import MonthlyReportReads, MonthlyReports

monthly_reports: Final = Table(
    "monthly_reports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("provider_id", Uuid, ForeignKey("providers.id"), index=True),
    # Without a reference: a salon can be deleted.
    Column("salon_id", Uuid),
    Column("month", Date, nullable=False),
    instant("created_at"),
    CheckConstraint("num_nonnulls(provider_id, salon_id) = 1", name="subject"),
    Index(
        "monthly_reports_subject_key",
        "user_id",
        "provider_id",
        "salon_id",
        "month",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    info=personal_data(
        "user_id",
        erase=DELETE,
        handover=Kept("which reports the account was sent, without a figure"),
        export=NotExported("the notifications of the reports are exported"),
    ),
)
REPORT: Final = Mapper(monthly_reports, MonthlyReport)
_m: Final = monthly_reports.c
_u: Final = users.c
_NOW: Final = bindparam("now", type_=_m.created_at.type)
_DAYS: Final = bindparam("days", type_=Integer())
_OFF: Final = f'[{{"kind": "{NewsKind.REPORTS}", "channel": "{NewsChannel.EMAIL}"}}]'
_GET: Final = Statement(select(*REPORT.columns).where(_m.id == bindparam("report_id")))
_ADD: Final = Statement(insert(monthly_reports).on_conflict_do_nothing().returning(_m.id))
_READER: Final[tuple[ColumnElement[bool], ...]] = (
    # As the partial index on users has it.
    literal_column("(users.preferences ->> 'monthly_report') = 'true'", Boolean()),
    _u.status == UserStatus.ACTIVE.value,
    _u.email.is_not(None),
    _u.email_verified_at.is_not(None),
    _u.email_undeliverable_at.is_(None),
    func.coalesce(_u.preferences["channels"]["email"].astext, "true") == "true",
    ~func.coalesce(_u.preferences["unsubscribed"], cast(text("'[]'"), JSONB)).contains(cast(text(f"'{_OFF}'"), JSONB)),
)


def _due(
    reader: Column[Any], zone: Column[Any], provider: ColumnElement[Any], salon: ColumnElement[Any]
) -> Select[Any]:
    local = func.timezone(zone, _NOW)
    month = cast(func.date_trunc("month", local) - text("interval '1 month'"), Date)
    announced = exists().where(
        _m.user_id == reader,
        _m.provider_id.is_not_distinct_from(provider),
        _m.salon_id.is_not_distinct_from(salon),
        _m.month == month,
    )
    return (
        select(reader.label("reader"), provider.label("provider"), salon.label("salon"), month.label("month"))
        .join(users, _u.id == reader)
        .where(*_READER, extract("day", local) <= _DAYS, ~announced)
    )


_NONE: Final = cast(null(), Uuid)
_all: Final = union_all(
    _due(providers.c.owner_id, providers.c.time_zone, providers.c.id, _NONE),
    _due(salons.c.manager_id, salons.c.time_zone, _NONE, salons.c.id),
).subquery("due")
_DUE: Final = Statement(
    select(_all.c.reader, _all.c.provider, _all.c.salon, _all.c.month)
    .order_by(_all.c.reader, _all.c.provider, _all.c.salon)
    .limit(bindparam("most"))
)


def _due_report(row: Row) -> DueReport:
    user_id, provider_id, salon_id, month = row
    return DueReport(
        user_id=UserId(user_id),
        provider_id=None if provider_id is None else ProviderId(provider_id),
        salon_id=None if salon_id is None else SalonId(salon_id),
        month=month,
    )


class PostgresMonthlyReports(WithWork, MonthlyReports):
    """`MonthlyReports` in `monthly_reports`."""

    async def add(self, report: MonthlyReport) -> bool:
        return await self._work.one(_ADD, **REPORT.write(report)) is not None


class PostgresMonthlyReportReads(WithWork, MonthlyReportReads):
    """`MonthlyReportReads` of accounts, profiles, salons and `monthly_reports`."""

    async def get(self, report_id: ReportId) -> MonthlyReport | None:
        row = await self._work.one(_GET, report_id=report_id)
        return None if row is None else REPORT.read(row)

    async def due(self, now: datetime, days: int, limit: int) -> Sequence[DueReport]:
        return await self._work.each(_due_report, _DUE, now=now, days=days, most=limit)
