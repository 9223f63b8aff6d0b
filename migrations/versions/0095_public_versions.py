"""Versions of what the public is shown of a provider or salon, kept by triggers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0095"
down_revision: str | Sequence[str] | None = "0094"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Each argument is a column with the id of a provider or salon. An id is counted once in a transaction, and then listed in
# a setting that ends with the transaction. A notification inside a transaction takes a lock of the whole server until the
# commit, so the product notifies after its commits (`booking.tells`), and only other writers notify here. A version is at
# least the time in microseconds: so none returns after a backup was restored.
_COUNT = """
    CREATE FUNCTION count_public_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
_TRIGGERS = {
    "providers": ("UPDATE OR DELETE", ("id",)),
    "salons": ("UPDATE OR DELETE", ("id",)),
    "availability_rules": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
    "availability_exceptions": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
    "availability_blocks": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
    "calendar_feeds": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
    "claims": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
    "services": ("INSERT OR UPDATE OR DELETE", ("provider_id", "salon_id")),
    "service_offers": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
    "portfolio_items": ("INSERT OR UPDATE OR DELETE", ("provider_id",)),
}


def upgrade() -> None:
    op.create_table(
        "public_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="public_versions_pkey"),
    )
    # Pages with room for the next versions of their rows, so that no index entry is written.
    op.execute("ALTER TABLE public_versions SET (fillfactor = 50)")
    op.execute(_COUNT)
    for table, (when, columns) in _TRIGGERS.items():
        named = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER {table}_count_public_change AFTER {when} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION count_public_change({named})"
        )
    # A provider who joins or leaves changes what their salon shows.
    op.execute(
        "CREATE TRIGGER providers_count_membership AFTER UPDATE OF salon_id ON providers FOR EACH ROW "
        "WHEN (OLD.salon_id IS DISTINCT FROM NEW.salon_id) EXECUTE FUNCTION count_public_change('salon_id')"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER providers_count_membership ON providers")
    for table in _TRIGGERS:
        op.execute(f"DROP TRIGGER {table}_count_public_change ON {table}")
    op.execute("DROP FUNCTION count_public_change")
    op.drop_table("public_versions")
