"""Count public changes of tables that have no triggers, because Citus spreads them over several nodes."""

from collections.abc import Sequence

from alembic import op

revision: str = "0220"
down_revision: str | Sequence[str] | None = "0231"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# It counts what triggers have not counted, and returns what the transaction has counted, as they do: see 0105.
_COUNT = """
    CREATE FUNCTION count_public_changes(written uuid[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
        DECLARE
            changed uuid;
            told text := coalesce(current_setting('booking.public_changes', true), '');
        BEGIN
            FOREACH changed IN ARRAY written LOOP
                CONTINUE WHEN strpos(told, changed::text) > 0;
                INSERT INTO public_versions AS known (id, version)
                VALUES (changed, extract(epoch FROM clock_timestamp()) * 1000000)
                ON CONFLICT (id) DO UPDATE SET version = greatest(known.version + 1, excluded.version);
                told := set_config('booking.public_changes', concat(told, ' ', changed), true);
            END LOOP;
            RETURN string_to_array(ltrim(told), ' ');
        END
        $$
"""


def upgrade() -> None:
    op.execute(_COUNT)


def downgrade() -> None:
    op.execute("DROP FUNCTION count_public_changes")
