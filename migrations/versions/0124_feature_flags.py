"""Rules of feature flags, and a trigger that tells all processes of a change."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0124"
down_revision: str | Sequence[str] | None = "0123"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "flag_rules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("accounts", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="flag_rules_pkey"),
    )
    # The id is `CHANGED` of entrypoints.http.kit.flags. Rules change seldom, so the notification may be in the transaction.
    op.execute(
        """
        CREATE FUNCTION tell_of_flags() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('public_changes', '43f9630b-c26e-5bf8-985b-dbb7d707ab8c');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER flag_rules_tell AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON flag_rules"
        " FOR EACH STATEMENT EXECUTE FUNCTION tell_of_flags()"
    )


def downgrade() -> None:
    op.drop_table("flag_rules")
    op.execute("DROP FUNCTION tell_of_flags()")
