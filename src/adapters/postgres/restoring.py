"""What a restored database is compared with: the objects of its files, and rules that hold between tables."""

from collections.abc import AsyncIterator, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, select, text

from adapters.postgres.database import Database
from adapters.postgres.files import FILE, files
from adapters.postgres.kit.metadata import metadata
from adapters.postgres.kit.pipelining import pipeline
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.transitions import CLAIMS_TIME, Status
from booking_domain.files.model import File, FileStatus
from booking_domain.scheduling.claims import ClaimKind

_AT_ONCE: Final = 500
_READY: Final = Statement(
    select(*FILE.columns)
    .where(files.c.status == FileStatus.READY.value, files.c.id > bindparam("after"))
    .order_by(files.c.id)
    .limit(bindparam("most", type_=Integer))
)
_CLAIMING: Final = ", ".join(
    f"'{status.value}'" for status in Status if CLAIMS_TIME[status] and status is not Status.DISPUTED
)
COUNTED: Final = ("users", "providers", "bookings", "payments", "refunds", "earnings", "reviews", "audit_log")
_COUNTS: Final = {name: Statement(select(func.count()).select_from(metadata.tables[name])) for name in COUNTED}
_RULES: Final = {
    "times that two claims of a provider share": """
        FROM claims a JOIN claims b ON a.provider_id = b.provider_id AND a.id < b.id
        WHERE tstzrange(a.blocked_from, a.blocked_until) && tstzrange(b.blocked_from, b.blocked_until)
    """,
    "bookings whose time is not theirs": f"""
        FROM bookings b LEFT JOIN (
            SELECT c.id, c.provider_id, c.starts_at, c.kind, greatest(c.ends_at, (
                SELECT max(p.ends_at) FROM claims p WHERE p.part_of = c.id AND p.provider_id = c.provider_id
            )) AS ends_at
            FROM claims c
            UNION ALL
            SELECT p.id, c.provider_id, c.starts_at, p.kind, c.ends_at
            FROM class_places p JOIN claims c ON c.provider_id = p.provider_id AND c.id = p.occurrence_id
            UNION ALL
            SELECT id, provider_id, starts_at, '{ClaimKind.BOOKING.value}', ends_at FROM overbooked_claims
        ) c ON c.id = b.id
        WHERE b.status IN ({_CLAIMING}) AND (
            c.kind = '{ClaimKind.BOOKING.value}' AND c.provider_id = b.provider_id
            AND (c.starts_at, c.ends_at) = (b.starts_at, b.ends_at)
        ) IS NOT TRUE
    """,  # noqa: S608 - constants
    "bookings without the units of resources that they need": f"""
        FROM (
            WITH needed AS MATERIALIZED (
                SELECT b.id, b.blocked_from, b.blocked_until, r.id AS resource_id, of_booking.quantity
                FROM bookings b
                CROSS JOIN LATERAL (
                    SELECT (need ->> 0)::uuid AS resource_id, max((need ->> 1)::int) AS quantity
                    FROM jsonb_array_elements(b.services) service, jsonb_array_elements(service -> 'needs') need
                    GROUP BY 1
                ) of_booking
                JOIN resources r ON r.id = of_booking.resource_id
                WHERE b.status IN ({_CLAIMING})
            ), places AS MATERIALIZED (SELECT id, occurrence_id FROM class_places)
            SELECT n.id FROM needed n LEFT JOIN places p ON p.id = n.id
            WHERE n.quantity > (
                SELECT count(*) FROM resource_units u
                WHERE u.resource_id = n.resource_id AND u.claim_id = coalesce(p.occurrence_id, n.id)
                    AND (u.blocked_from, u.blocked_until) = (n.blocked_from, n.blocked_until)
            )
        ) AS missing
    """,  # noqa: S608 - constants
    "payouts that the ledger of their provider does not show": """
        FROM provider_payouts p
        LEFT JOIN (SELECT payout_id, sum(amount) AS amount FROM earnings GROUP BY payout_id) e ON e.payout_id = p.id
        WHERE coalesce(e.amount, 0) <> CASE p.status WHEN 'cancelled' THEN 0 ELSE -p.amount END
    """,
    "refunds made without a booking that was paid": """
        FROM refunds r WHERE NOT EXISTS (SELECT FROM payments p WHERE p.booking_id = r.booking_id)
    """,
}
_BROKEN: Final = {rule: Statement(text(f"SELECT count(*) {query}")) for rule, query in _RULES.items()}


async def counted(database: Database) -> Mapping[str, int]:
    """How many rows the tables have that matter most."""
    return await _numbers(database, _COUNTS)


async def broken(database: Database) -> Mapping[str, int]:
    """How many rows break a rule that holds between tables."""
    return await _numbers(database, _BROKEN)


async def _numbers(database: Database, statements: Mapping[str, Statement]) -> Mapping[str, int]:
    async with database.connection() as connection, pipeline(connection, transaction=False) as work:
        found = {name: await work.one(statement) for name, statement in statements.items()}
    return {name: 0 if row is None else row[0] for name, row in found.items()}


async def ready_files(database: Database) -> AsyncIterator[File]:
    """Every file that has objects."""
    after, full = UUID(int=0), True
    while full:
        async with database.connection() as connection, pipeline(connection, transaction=False) as work:
            page = await work.each(FILE.read, _READY, after=after, most=_AT_ONCE)
        for each in page:
            yield each
            after = each.id
        full = len(page) == _AT_ONCE
