"""What speaks for recommending a provider, on PostgreSQL: two tables that a job of every night fills."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Column, ColumnElement, ForeignKey, Integer, SmallInteger, Table, Uuid, delete, or_, select, text
from sqlalchemy.sql.dml import UpdateBase

from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.kit.personal_data import DELETE, USER, Kept, NotExported, personal_data
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Row, WithWork
from adapters.postgres.search.tiers import halves_of
from booking_domain.search.model import Box
from booking_domain.search.ports import RecommendationReads, SimilarProviders
from booking_domain.search.recommendations import (
    IDEAS_READ,
    KNOWN_FOR,
    LEAST_IN_COMMON,
    MOST_LIKED,
    MOST_SIMILAR_TO_ONE,
    POPULAR_FOR,
    Around,
    KnownProvider,
    Tastes,
)
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId


def _of_either(table: Table, owned: ColumnElement[bool]) -> UpdateBase:
    provider = select(providers.c.id).where(providers.c.owner_id == USER)
    return delete(table).where(or_(owned, table.c.other_id.in_(provider)))


_COUNTED: Final = Kept("counted from the bookings of many")
_NOT_EXPORTED: Final = NotExported("counted from the bookings of many, anew every night")

similar_providers: Final = Table(
    "similar_providers",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("other_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("thousandths", SmallInteger, nullable=False),
    info=personal_data("provider_id", erase=_of_either, handover=_COUNTED, export=_NOT_EXPORTED),
)

popular_providers: Final = Table(
    "popular_providers",
    metadata,
    Column("provider_id", Uuid, ForeignKey("providers.id"), primary_key=True),
    Column("customers", Integer, nullable=False, index=True),
    info=personal_data("provider_id", erase=DELETE, handover=_COUNTED, export=_NOT_EXPORTED),
)

_COUNTING: Final = (
    "users.status = 'active' AND coalesce(CAST(users.preferences ->> 'recommendations' AS boolean), true)"
)
_REMOVE: Final = tuple(Statement(delete(table)) for table in (similar_providers, popular_providers))
_ADD_SIMILAR: Final = Statement(
    text(
        f"""
        INSERT INTO similar_providers (provider_id, other_id, thousandths)
        WITH liked AS MATERIALIZED (
            SELECT customer_id, provider_id, count(*) OVER (PARTITION BY customer_id) AS number
            FROM (
                SELECT customer_id, provider_id FROM bookings WHERE status = 'completed' AND starts_at >= :known_since
                UNION SELECT user_id, provider_id FROM favourites
            ) AS each
            JOIN users ON users.id = customer_id
            WHERE {_COUNTING}
        ), counting AS MATERIALIZED (
            SELECT customer_id, provider_id FROM liked WHERE number <= :most_liked
        ), sizes AS (
            SELECT provider_id, count(*) AS customers FROM counting GROUP BY provider_id
        ), pairs AS (
            SELECT one.provider_id, other.provider_id AS other_id, count(*) AS common
            FROM counting AS one JOIN counting AS other
                ON other.customer_id = one.customer_id AND other.provider_id <> one.provider_id
            GROUP BY one.provider_id, other.provider_id HAVING count(*) >= :least
        ), ranked AS (
            SELECT pairs.provider_id, other_id,
                CAST(1000 * common / sqrt(own.customers * its.customers) AS smallint) AS thousandths
            FROM pairs JOIN sizes AS own ON own.provider_id = pairs.provider_id
                JOIN sizes AS its ON its.provider_id = other_id
        )
        SELECT provider_id, other_id, thousandths
        FROM (
            SELECT *, row_number() OVER (PARTITION BY provider_id ORDER BY thousandths DESC, other_id) AS place
            FROM ranked
        ) AS placed
        WHERE place <= :most
        """  # noqa: S608 - a constant
    )
)
_ADD_POPULAR: Final = Statement(
    text(
        f"""
        INSERT INTO popular_providers (provider_id, customers)
        SELECT provider_id, count(DISTINCT customer_id)
        FROM bookings JOIN users ON users.id = customer_id
        WHERE bookings.status = 'completed' AND starts_at >= :popular_since AND {_COUNTING}
        GROUP BY provider_id
        RETURNING provider_id
        """  # noqa: S608 - a constant
    )
)
_KNOWN: Final = Statement(
    text(
        """
        SELECT provider_id, times, last_at, entry.styles, entry.lat, entry.lon
        FROM (
            SELECT provider_id, CAST(sum(times) AS integer) AS times, max(last_at) AS last_at
            FROM (
                SELECT provider_id, count(*) AS times, max(starts_at) AS last_at FROM bookings
                WHERE customer_id = :user_id AND status = 'completed' AND starts_at >= :since
                GROUP BY provider_id
                UNION ALL SELECT provider_id, 0, NULL FROM favourites WHERE user_id = :user_id
            ) AS each
            GROUP BY provider_id
        ) AS known
        JOIN search_entries AS entry USING (provider_id)
        JOIN providers ON providers.id = provider_id AND providers.status = 'approved'
        ORDER BY provider_id
        """
    )
)
_IDEAS: Final = Statement(
    text("SELECT description FROM ideas WHERE author_id = :user_id AND side = 'customer' ORDER BY id DESC LIMIT :most")
)
_SIMILAR: Final = Statement(
    text(
        """
        SELECT other_id, sum(thousandths) AS similarity
        FROM similar_providers
        JOIN search_entries ON search_entries.provider_id = other_id
        JOIN providers ON providers.id = other_id AND providers.status = 'approved'
        WHERE similar_providers.provider_id = ANY(CAST(:ids AS uuid[])) AND other_id <> ALL(CAST(:ids AS uuid[]))
        GROUP BY other_id
        ORDER BY similarity DESC, other_id
        LIMIT :most
        """
    )
)


def _around(joined: str, condition: str) -> Statement:
    return Statement(
        text(
            f"""
            SELECT provider_id, customers, shared
            FROM (
                SELECT *, row_number() OVER (ORDER BY customers DESC, provider_id) AS by_customers,
                    row_number() OVER (ORDER BY shared DESC, customers DESC, provider_id) AS by_styles
                FROM (
                    SELECT entry.provider_id, coalesce(customers, 0) AS customers,
                        CASE WHEN entry.styles && CAST(:styles AS text[]) THEN
                            (SELECT count(*) FROM unnest(entry.styles) AS style
                                WHERE style = ANY(CAST(:styles AS text[])))
                        ELSE 0 END AS shared
                    FROM search_entries AS entry
                    JOIN providers ON providers.id = entry.provider_id AND providers.status = 'approved'
                    {joined} JOIN popular_providers AS popular ON popular.provider_id = entry.provider_id
                    WHERE {condition}
                ) AS each
            ) AS ranked
            WHERE (customers > 0 AND by_customers <= :most) OR (shared > 0 AND by_styles <= :most)
            """  # noqa: S608 - constants
        )
    )


_ANYWHERE: Final = _around("", "true")
_NEARBY: Final = _around(
    "LEFT",
    """
    (point(entry.lon, entry.lat) <@ CAST(:box_left AS box) OR point(entry.lon, entry.lat) <@ CAST(:box_right AS box))
    """,
)


class PostgresSimilarProviders(WithWork, SimilarProviders):
    """`SimilarProviders` in `similar_providers` and `popular_providers`."""

    async def rebuild(self, now: datetime) -> int:
        for statement in _REMOVE:
            await self._work.execute(statement)
        await self._work.execute(
            _ADD_SIMILAR,
            known_since=now - KNOWN_FOR,
            most_liked=MOST_LIKED,
            least=LEAST_IN_COMMON,
            most=MOST_SIMILAR_TO_ONE,
        )
        return len(await self._work.all(_ADD_POPULAR, popular_since=now - POPULAR_FOR))


class PostgresRecommendationReads(WithWork, RecommendationReads):
    """`RecommendationReads` of those two tables, bookings, favourites, ideas and the entries of search."""

    async def tastes(self, user_id: UserId, since: datetime) -> Tastes:
        known = await self._work.each(_known, _KNOWN, user_id=user_id, since=since)
        ideas = await self._work.all(_IDEAS, user_id=user_id, most=IDEAS_READ)
        return Tastes(known=tuple(known), ideas=tuple(row[0] for row in ideas))

    async def similar(self, provider_ids: Sequence[ProviderId], limit: int) -> Mapping[ProviderId, int]:
        found = await self._work.all(_SIMILAR, ids=list(provider_ids), most=limit)
        return {ProviderId(provider_id): int(similarity) for provider_id, similarity in found}

    async def around(self, box: Box | None, styles: Sequence[str], limit: int) -> Mapping[ProviderId, Around]:
        statement, place = (_ANYWHERE, {}) if box is None else (_NEARBY, halves_of(box))
        found = await self._work.all(statement, styles=[folded(each) for each in styles], most=limit, **place)
        return {ProviderId(provider_id): Around(customers, shared) for provider_id, customers, shared in found}


def _known(row: Row) -> KnownProvider:
    provider_id, times, last_at, styles, lat, lon = row
    return KnownProvider(
        provider_id=ProviderId(provider_id), times=times, last_at=last_at, styles=tuple(styles), lat=lat, lon=lon
    )
