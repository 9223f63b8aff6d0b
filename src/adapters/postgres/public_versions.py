"""Public versions on PostgreSQL. Triggers count them, so no writer can forget it: see migration 0095.

Claims are inserted so often that the product counts them itself, and tables that Citus spreads over nodes have no
triggers. So adapters also name whom they have changed (`Work.public_changes`), and the transaction counts at its end
what no trigger has counted: see migrations 0220 and 0287.
The transaction lists the ids that it counted in a setting of its own. The product reads that with its commit, and
notifies the other processes afterwards: a notification inside the transaction would lock the whole server until then.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Table, Uuid, text

from adapters.postgres.kit.context import PostgresContext, ReadGroup, part
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.shared.public_versions import PublicVersion, PublicVersionReads

CHANGES: Final = "public_changes"
"""The channel of NOTIFY; each payload is an id."""
TELLS: Final = "-c booking.tells=itself"
"""The option of connections that notify after their commits. The triggers notify for all others."""

public_versions: Final = Table(
    "public_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 50},
)

CHANGED: Final = Statement(text("SELECT count_public_changes(CAST(:ids AS uuid[]))"))
"""The ids that the transaction has counted, with these."""
ANNOUNCE: Final = Statement(
    text("SELECT pg_notify('public_changes', id::text) FROM unnest(CAST(:ids AS uuid[])) AS id")
)
# The sum of versions that only rise, over a set whose changes count for the salon, rises with each of them.
READ: Final = Statement(
    text(
        """
        SELECT provider.id, coalesce(own.version, 0), coalesce(salon.version, 0),
            array_remove(ARRAY[provider.salon_id], NULL)
        FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
        JOIN providers AS provider ON provider.id = asked.id
        LEFT JOIN public_versions AS own ON own.id = provider.id
        LEFT JOIN public_versions AS salon ON salon.id = provider.salon_id
        UNION ALL
        SELECT salon.id, coalesce(own.version, 0), members.versions, members.ids
        FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
        JOIN salons AS salon ON salon.id = asked.id
        LEFT JOIN public_versions AS own ON own.id = salon.id,
        LATERAL (
            SELECT coalesce(sum(of_member.version), 0) AS versions, coalesce(array_agg(member.id), '{}') AS ids
            FROM providers AS member LEFT JOIN public_versions AS of_member ON of_member.id = member.id
            WHERE member.salon_id = salon.id
        ) AS members
        """
    )
)


class PostgresPublicVersionReads(WithWork, PublicVersionReads):
    """`PublicVersionReads` of the table `public_versions`."""

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, PublicVersion]:
        rows = await self._work.all(READ, ids=list(ids))
        return {id_: _version(id_, own, others, about) for id_, own, others, about in rows}


def _version(id_: UUID, own: int, others: int, about: Iterable[UUID]) -> PublicVersion:
    return PublicVersion(f"{own:x}.{int(others):x}", frozenset({id_, *about}))


CONTEXT: Final = PostgresContext(tables=(public_versions,))


class PublicVersionReadGroup(ReadGroup):
    """The reads of this context."""

    public_versions = part(PostgresPublicVersionReads)
