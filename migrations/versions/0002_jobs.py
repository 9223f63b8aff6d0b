"""The job queue's tables, as procrastinate 3.10 creates them."""

from collections.abc import Sequence

from alembic import op
from procrastinate.schema import SchemaManager

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute(
        """
        DO $$
        DECLARE it record;
        BEGIN
            FOR it IN SELECT tablename AS name FROM pg_tables
                WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate%' LOOP
                EXECUTE format('DROP TABLE %I CASCADE', it.name);
            END LOOP;
            FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc p
                WHERE p.pronamespace = current_schema()::regnamespace AND p.proname LIKE 'procrastinate%' LOOP
                EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', it.name);
            END LOOP;
            FOR it IN SELECT typname AS name FROM pg_type
                WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'c')
                AND typname LIKE 'procrastinate%' LOOP
                EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', it.name);
            END LOOP;
        END $$
        """
    )
