"""What the audit log brings to the adapter."""

from typing import Final

from adapters.postgres.audit.audit_log import PostgresAuditLog, PostgresAuditReads
from adapters.postgres.audit.tables import audit_log
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part

CONTEXT: Final = PostgresContext(
    tables=(audit_log,),
)


class AuditRepositories(RepositoryGroup):
    """The repositories of this context."""

    audit_log = part(PostgresAuditLog)


class AuditReads(ReadGroup):
    """The reads of this context."""

    audit_log = part(PostgresAuditReads)
