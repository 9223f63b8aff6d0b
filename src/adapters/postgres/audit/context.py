"""What the audit log brings to the adapter."""

from typing import Final

from adapters.postgres.audit.audit_log import PostgresAuditLog, PostgresAuditReads
from adapters.postgres.audit.tables import audit_log
from adapters.postgres.kit.context import Context, ReadGroup, ReadSource, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work

CONTEXT: Final = Context(
    tables=(audit_log,),
)


class AuditRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.audit_log = PostgresAuditLog(work)


class AuditReads(ReadGroup):
    """The reads of this context."""

    def __init__(self, source: ReadSource) -> None:
        super().__init__(source)
        self.audit_log = PostgresAuditReads(source.statements)
