"""Make of the check of ways a function, so that a statement asks it where Citus allows no trigger."""

from collections.abc import Sequence

from alembic import op

revision: str = "0268"
down_revision: str | Sequence[str] | None = "0267"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What the trigger of 0266 did.
_WAY_IS_FREE = """
    CREATE FUNCTION way_is_free(
        claim uuid, provider uuid, venue uuid, since timestamptz, until timestamptz
    ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            own uuid := coalesce(venue, provider);
            common int;
            known jsonb;
        BEGIN
            SELECT travel_minutes, ways INTO common, known FROM providers
            WHERE id = provider AND (travel_minutes > 0 OR ways <> '[]') FOR NO KEY UPDATE;
            RETURN NOT FOUND OR NOT EXISTS (
                SELECT FROM (
                    SELECT coalesce(venue_id, provider_id) AS venue, blocked_from, blocked_until FROM claims
                    WHERE provider_id = provider AND id <> claim
                        AND tstzrange(blocked_from, blocked_until)
                            && tstzrange(since - interval '1 day', until + interval '1 day')
                    UNION ALL
                    SELECT coalesce(venue_id, provider_id), blocked_from, blocked_until FROM overbooked_claims
                    WHERE provider_id = provider AND id <> claim
                        AND tstzrange(blocked_from, blocked_until)
                            && tstzrange(since - interval '1 day', until + interval '1 day')
                ) AS other
                CROSS JOIN LATERAL (
                    SELECT make_interval(mins => coalesce((
                        SELECT (way ->> 2)::int FROM jsonb_array_elements(known) AS way
                        WHERE way @> jsonb_build_array(own, other.venue)
                    ), common)) AS takes
                ) AS way
                WHERE other.venue <> own
                    AND other.blocked_from < until + way.takes
                    AND since < other.blocked_until + way.takes
            );
        END
        $$
"""
_TRIGGER = """
    CREATE OR REPLACE FUNCTION keep_ways_between_claims() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Few travel. To ask first, without a lock, takes a fifth of the time.
            IF NOT EXISTS (
                SELECT FROM providers WHERE id = NEW.provider_id AND (travel_minutes > 0 OR ways <> '[]')
            ) OR way_is_free(NEW.id, NEW.provider_id, NEW.venue_id, NEW.blocked_from, NEW.blocked_until) THEN
                RETURN NEW;
            END IF;
            RETURN NULL;
        END
        $$
"""
# The statements that insert claims ask it. The planner puts its result in its place: it costs nothing.
_BY_STATEMENT = """
    CREATE FUNCTION statement_keeps_way(
        claim uuid, provider uuid, venue uuid, since timestamptz, until timestamptz
    ) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true
"""
_BEFORE = """
    CREATE OR REPLACE FUNCTION keep_ways_between_claims() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            own uuid := coalesce(NEW.venue_id, NEW.provider_id);
            common int;
            known jsonb;
        BEGIN
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
    op.execute(_WAY_IS_FREE)
    op.execute(_TRIGGER)
    op.execute(_BY_STATEMENT)


def downgrade() -> None:
    op.execute("DROP FUNCTION statement_keeps_way")
    op.execute(_BEFORE)
    op.execute("DROP FUNCTION way_is_free")
