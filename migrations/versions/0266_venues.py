"""Venues of providers, the ways between them, and the venues of services and claims."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0266"
down_revision: str | Sequence[str] | None = "0258"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Whoever inserts a claim of a provider who travels has the provider's row to themselves until they commit. The look at the
# other claims is a statement of its own, and so sees what was committed before. Lapsed holds count until they are
# deleted, as for the constraint; what comes too near is not inserted, as by ON CONFLICT DO NOTHING.
_KEEP_WAYS = """
    CREATE FUNCTION keep_ways_between_claims() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            own uuid := coalesce(NEW.venue_id, NEW.provider_id);
            common int;
            known jsonb;
        BEGIN
            -- An index of few providers answers: this takes a fifth of the time that the lock does.
            IF NOT EXISTS (
                SELECT FROM providers WHERE id = NEW.provider_id AND (travel_minutes > 0 OR ways <> '[]')
            ) THEN
                RETURN NEW;
            END IF;
            SELECT travel_minutes, ways INTO common, known FROM providers
            WHERE id = NEW.provider_id FOR NO KEY UPDATE;
            IF EXISTS (
                SELECT FROM (
                    SELECT coalesce(venue_id, provider_id) AS venue, blocked_from, blocked_until FROM claims
                    WHERE provider_id = NEW.provider_id AND id <> NEW.id
                        AND tstzrange(blocked_from, blocked_until)
                            && tstzrange(NEW.blocked_from - interval '1 day', NEW.blocked_until + interval '1 day')
                    UNION ALL
                    SELECT coalesce(venue_id, provider_id), blocked_from, blocked_until FROM overbooked_claims
                    WHERE provider_id = NEW.provider_id AND id <> NEW.id
                        AND tstzrange(blocked_from, blocked_until)
                            && tstzrange(NEW.blocked_from - interval '1 day', NEW.blocked_until + interval '1 day')
                ) AS other
                CROSS JOIN LATERAL (
                    SELECT make_interval(mins => coalesce((
                        SELECT (way ->> 2)::int FROM jsonb_array_elements(known) AS way
                        WHERE way @> jsonb_build_array(own, other.venue)
                    ), common)) AS takes
                ) AS way
                WHERE other.venue <> own
                    AND other.blocked_from < NEW.blocked_until + way.takes
                    AND NEW.blocked_from < other.blocked_until + way.takes
            ) THEN
                RETURN NULL;
            END IF;
            RETURN NEW;
        END
        $$
"""


def upgrade() -> None:
    op.create_table(
        "venues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double()),
        sa.Column("lon", sa.Double()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="venues_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="venues_provider_id_fkey"),
    )
    op.create_index("venues_provider_id_idx", "venues", ["provider_id"])
    op.execute(
        "CREATE TRIGGER venues_count_public_change AFTER INSERT OR UPDATE OR DELETE ON venues FOR EACH ROW "
        "EXECUTE FUNCTION count_public_change('provider_id')"
    )
    op.add_column("providers", sa.Column("travel_minutes", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("providers", sa.Column("ways", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("services", sa.Column("venue_id", sa.Uuid()))
    op.create_foreign_key(
        "services_venue_id_fkey", "services", "venues", ["venue_id"], ["id"], postgresql_not_valid=True
    )
    for table in ("claims", "overbooked_claims"):
        op.add_column(table, sa.Column("venue_id", sa.Uuid()))
    op.execute(_KEEP_WAYS)
    op.execute(
        "CREATE TRIGGER claims_keep_ways BEFORE INSERT OR UPDATE OF provider_id, blocked_from, blocked_until, venue_id "
        "ON claims FOR EACH ROW EXECUTE FUNCTION keep_ways_between_claims()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER claims_keep_ways ON claims")
    op.execute("DROP FUNCTION keep_ways_between_claims")
    for table in ("claims", "overbooked_claims"):
        op.drop_column(table, "venue_id")
    op.drop_column("services", "venue_id")
    op.drop_column("providers", "ways")
    op.drop_column("providers", "travel_minutes")
    op.drop_table("venues")
