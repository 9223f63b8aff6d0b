"""The audit log on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, select

from adapters.postgres.audit.tables import audit_log
from adapters.postgres.kit.codec import Columns, Converted, Mapper
from adapters.postgres.kit.listing import parameters
from adapters.postgres.kit.rows import AddedRows, Rows
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import WithWork
from booking_domain.shared.audit import AuditEntry, AuditFilter, AuditLog, AuditReads

_a: Final = audit_log.c


ENTRY: Final = Mapper(
    audit_log,
    AuditEntry,
    origin=Columns("address", "user_agent", "request_id"),
    details=Converted("details", write=lambda details: Jsonb(dict(details)), read=lambda details: details),
)
_PAGE: Final = Statement(
    select(*ENTRY.columns)
    .where(
        *(
            if_given(name, column, column == bindparam(name))
            for name, column in {
                "actor_id": _a.actor_id,
                "subject_kind": _a.subject_kind,
                "subject_id": _a.subject_id,
                "action": _a.action,
            }.items()
        ),
        if_given("at_from", _a.at, _a.at >= bindparam("at_from")),
        if_given("at_before", _a.at, _a.at < bindparam("at_before")),
        if_given("after", _a.id, _a.id < bindparam("after")),
    )
    .order_by(_a.id.desc())
    .limit(bindparam("most"))
)


class PostgresAuditLog(AddedRows[AuditEntry], AuditLog):
    """`AuditLog` in the table `audit_log`."""

    rows = Rows(ENTRY)


class PostgresAuditReads(WithWork, AuditReads):
    """`AuditReads` of the table `audit_log`."""

    async def page(self, criteria: AuditFilter) -> Sequence[AuditEntry]:
        return await self._work.each(ENTRY.read, _PAGE, **parameters(criteria))
