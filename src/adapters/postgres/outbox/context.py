"""What the outbox brings to the adapter."""

from typing import Final

from adapters.postgres.kit.context import Context, RepositoryGroup
from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.work import Work
from adapters.postgres.outbox.messages import PostgresOutbox
from adapters.postgres.outbox.tables import outbox

CONTEXT: Final = Context(
    tables=(outbox,),
)


class OutboxRepositories(RepositoryGroup):
    """The repositories of this context."""

    def __init__(self, work: Work, cipher: FieldCipher) -> None:
        super().__init__(work, cipher)
        self.outbox = PostgresOutbox(work)
