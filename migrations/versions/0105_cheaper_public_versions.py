"""Count public changes of one provider without looking for ids in the row: a claim is written with each booking."""

from collections.abc import Sequence

from alembic import op

revision: str = "0105"
down_revision: str | Sequence[str] | None = "0104"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# `told := set_config(…)` and not `PERFORM`: an assignment of an expression is evaluated without a query.
_COUNT = """
    CREATE OR REPLACE FUNCTION count_public_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            found text[];
            changed text;
            told text := coalesce(current_setting('booking.public_changes', true), '');
        BEGIN
            IF TG_NARGS = 1 AND TG_ARGV[0] = 'provider_id' AND TG_OP = 'INSERT' THEN
                found := ARRAY[NEW.provider_id::text];
            ELSE
                found := ARRAY(
                    SELECT DISTINCT each.id
                    FROM unnest(TG_ARGV) AS name,
                        LATERAL (VALUES (to_jsonb(OLD) ->> name), (to_jsonb(NEW) ->> name)) AS each (id)
                    WHERE each.id IS NOT NULL
                    ORDER BY each.id
                );
            END IF;
            FOREACH changed IN ARRAY found LOOP
                CONTINUE WHEN strpos(told, changed) > 0;
                INSERT INTO public_versions AS known (id, version)
                VALUES (changed::uuid, extract(epoch FROM clock_timestamp()) * 1000000)
                ON CONFLICT (id) DO UPDATE SET version = greatest(known.version + 1, excluded.version);
                told := set_config('booking.public_changes', concat(told, ' ', changed), true);
                IF current_setting('booking.tells', true) IS DISTINCT FROM 'itself' THEN
                    PERFORM pg_notify('public_changes', changed);
                END IF;
            END LOOP;
            RETURN NULL;
        END
        $$
"""
_COUNT_BEFORE = """
    CREATE OR REPLACE FUNCTION count_public_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            changed text;
            told text;
        BEGIN
            FOR changed IN
                SELECT DISTINCT found.id
                FROM unnest(TG_ARGV) AS name,
                    LATERAL (VALUES (to_jsonb(OLD) ->> name), (to_jsonb(NEW) ->> name)) AS found (id)
                WHERE found.id IS NOT NULL
                ORDER BY found.id
            LOOP
                told := coalesce(current_setting('booking.public_changes', true), '');
                CONTINUE WHEN strpos(told, changed) > 0;
                INSERT INTO public_versions AS known (id, version)
                VALUES (changed::uuid, extract(epoch FROM clock_timestamp()) * 1000000)
                ON CONFLICT (id) DO UPDATE SET version = greatest(known.version + 1, excluded.version);
                PERFORM set_config('booking.public_changes', concat(told, ' ', changed), true);
                IF current_setting('booking.tells', true) IS DISTINCT FROM 'itself' THEN
                    PERFORM pg_notify('public_changes', changed);
                END IF;
            END LOOP;
            RETURN NULL;
        END
        $$
"""


def upgrade() -> None:
    op.execute(_COUNT)


def downgrade() -> None:
    op.execute(_COUNT_BEFORE)
