"""The sums of each day, which triggers keep: what releases before this one count is in them, too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0171"
down_revision: str | Sequence[str] | None = "0142"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTS = (
    "made",
    "lead_bookings",
    "lead_minutes",
    "booked",
    "booked_minutes",
    "buffer_minutes",
    "completed",
    "walk_ins",
    "no_shows",
    "cancelled",
    "cancelled_late",
    "cancelled_by_provider",
)
_AMOUNTS = (
    "earned",
    "tips",
    "outstanding",
    "received",
    "refunded",
)
_SUMS = ", ".join(f"sum({name})" for name in (*_COUNTS, *_AMOUNTS))
_DAY = "CAST(starts_at AT TIME ZONE 'UTC' AS date)"
_ALL = "statistics_buckets AS buckets"
# Day by day: a rebuild changes thousands of them, and has no statistics of its rows.
_CHANGED = """(
        SELECT DISTINCT provider_id, date_trunc('day', starts_at, 'UTC') AS since FROM changed_rows
    ) AS changed CROSS JOIN LATERAL (
        SELECT * FROM statistics_buckets
        WHERE statistics_buckets.provider_id = changed.provider_id
            AND starts_at >= since AND starts_at < since + interval '24 hours'
        OFFSET 0
    ) AS buckets"""


def _add_up(buckets: str) -> str:
    return f"""
    INSERT INTO statistics_days (provider_id, day, position, salon_id, service_id, channel, currency,
        {", ".join((*_COUNTS, *_AMOUNTS))})
    SELECT buckets.provider_id, {_DAY}, row_number() OVER (PARTITION BY buckets.provider_id, {_DAY}),
        salon_id, service_id, channel, currency, {_SUMS}
    FROM {buckets}
    GROUP BY buckets.provider_id, {_DAY}, salon_id, service_id, channel, currency"""  # noqa: S608 - constants


_FUNCTION = f"""
CREATE FUNCTION sum_statistics_by_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM statistics_days
    WHERE (provider_id, day) IN (SELECT provider_id, {_DAY} FROM changed_rows);
    {_add_up(_CHANGED)};
    RETURN NULL;
END
$$
"""  # noqa: S608 - constants


def upgrade() -> None:
    op.create_table(
        "statistics_days",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _AMOUNTS),
        sa.PrimaryKeyConstraint("provider_id", "day", "position", name="statistics_days_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="statistics_days_provider_id_fkey"),
        sa.CheckConstraint("channel IN ('online', 'staff', 'walk_in')", name="channel"),
    )
    op.create_index("statistics_days_salon_id_day_idx", "statistics_days", ["salon_id", "day"])
    op.execute(_FUNCTION)
    for name, event, rows in (("added", "INSERT", "NEW"), ("removed", "DELETE", "OLD")):
        op.execute(
            f"CREATE TRIGGER statistics_buckets_sum_{name} AFTER {event} ON statistics_buckets"
            f" REFERENCING {rows} TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION sum_statistics_by_day()"
        )
    op.execute(_add_up(_ALL))


def downgrade() -> None:
    for name in ("added", "removed"):
        op.execute(f"DROP TRIGGER statistics_buckets_sum_{name} ON statistics_buckets")
    op.execute("DROP FUNCTION sum_statistics_by_day()")
    op.drop_table("statistics_days")
