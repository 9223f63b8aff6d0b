"""The audit log on PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, insert, select

from adapters.postgres.audit.tables import audit_log
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, Work
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import AuditEntry, AuditFilter, AuditLog, AuditReads, Origin, Subject
from booking_domain.shared.ids import AuditId, UserId

_a: Final = audit_log.c


_ADD: Final = Statement(insert(audit_log))
_PAGE: Final = Statement(
    select(audit_log)
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


def _entry_of(row: Row) -> AuditEntry:
    id_, at, actor_id, role, action, subject_kind, subject_id, address, user_agent, request_id, details = row
    return AuditEntry(
        id=AuditId(id_),
        at=at,
        actor=Actor(UserId(actor_id), Role(role)),
        action=action,
        subject=None if subject_id is None else Subject(subject_kind, subject_id),
        origin=Origin(address=address, user_agent=user_agent, request_id=request_id),
        details=details,
    )


class PostgresAuditLog(AuditLog):
    """`AuditLog` in the table `audit_log`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, entry: AuditEntry) -> None:
        await self._work.execute(
            _ADD,
            id=entry.id,
            at=entry.at,
            actor_id=entry.actor.id,
            actor_role=entry.actor.role.value,
            action=entry.action,
            subject_kind=None if entry.subject is None else entry.subject.kind,
            subject_id=None if entry.subject is None else entry.subject.id,
            address=entry.origin.address,
            user_agent=entry.origin.user_agent,
            request_id=entry.origin.request_id,
            details=Jsonb(dict(entry.details)),
        )


class PostgresAuditReads(AuditReads):
    """`AuditReads` of the table `audit_log`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def page(self, chosen: AuditFilter) -> Sequence[AuditEntry]:
        rows = await self._work.all(
            _PAGE,
            actor_id=chosen.actor_id,
            subject_kind=chosen.subject_kind,
            subject_id=chosen.subject_id,
            action=chosen.action,
            at_from=chosen.at_from,
            at_before=chosen.at_before,
            after=chosen.after,
            most=chosen.limit,
        )
        return [_entry_of(row) for row in rows]
