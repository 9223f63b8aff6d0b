"""What the outbox brings to the adapter."""

from typing import Final

from adapters.postgres.kit.context import PostgresContext, RepositoryGroup, part
from adapters.postgres.outbox.messages import PostgresOutbox
from adapters.postgres.outbox.tables import outbox

CONTEXT: Final = PostgresContext(
    tables=(outbox,),
)


class OutboxRepositories(RepositoryGroup):
    """The repositories of this context."""

    outbox = part(PostgresOutbox)
