"""The hours of the day at which somebody in a cell of the map has free time: a search of other hours reads no entries.

A trigger adds them, whichever release writes the entry.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0271"
down_revision: str | Sequence[str] | None = "0270"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FREE_HOURS = """
    CREATE FUNCTION free_hours(free bit) RETURNS SETOF smallint LANGUAGE plpgsql IMMUTABLE AS $$
        DECLARE
            quarters bit(96) := substring(free FROM 1 FOR 96);
        BEGIN
            FOR day IN 1..length(free) / 96 - 1 LOOP
                quarters := quarters | substring(free FROM day * 96 + 1 FOR 96)::bit(96);
            END LOOP;
            RETURN QUERY SELECT hour::smallint FROM generate_series(0, 23) AS hour
                WHERE substring(quarters FROM hour * 4 + 1 FOR 4)::bit(4) <> B'0000';
        END
        $$
"""
_HOURS_OF = """
    INSERT INTO search_hours (x, y, hour)
    SELECT DISTINCT floor((lon + 180) * 32)::int, floor((lat + 90) * 32)::int, hour
    FROM {entries}, free_hours(free) AS hour
    WHERE lon IS NOT NULL AND lat IS NOT NULL
    ON CONFLICT DO NOTHING
"""
_ADD = f"""
    CREATE FUNCTION add_hours_of_search() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {_HOURS_OF.format(entries="(SELECT NEW.lon, NEW.lat, NEW.free) AS entry")};
            RETURN NULL;
        END
        $$
"""


def upgrade() -> None:
    op.create_table(
        "search_hours",
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("x", "y", "hour", name="search_hours_pkey"),
    )
    op.execute(_FREE_HOURS)
    op.execute(_ADD)
    op.execute(
        "CREATE TRIGGER search_entries_add_hours AFTER INSERT OR UPDATE OF free, lat, lon ON search_entries "
        "FOR EACH ROW EXECUTE FUNCTION add_hours_of_search()"
    )
    with op.get_context().autocommit_block():
        op.execute(_HOURS_OF.format(entries="search_entries"))


def downgrade() -> None:
    op.execute("DROP TRIGGER search_entries_add_hours ON search_entries")
    op.execute("DROP FUNCTION add_hours_of_search")
    op.execute("DROP FUNCTION free_hours")
    op.drop_table("search_hours")
