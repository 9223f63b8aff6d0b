"""Claims that the provider's side has overbooked, in lanes over the others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0243"
down_revision: str | Sequence[str] | None = "0206"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INSTANTS = ("starts_at", "ends_at", "blocked_from", "blocked_until")


def upgrade() -> None:
    op.add_column("bookings", sa.Column("overbooked", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.create_table(
        "overbooked_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in _INSTANTS),
        sa.PrimaryKeyConstraint("id", "provider_id", name="overbooked_claims_pkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="overbooked_claims_provider_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="overbooked_claims_customer_id_fkey"),
        sa.CheckConstraint("1 <= lane AND lane <= 2", name="lane"),
        sa.CheckConstraint(
            "starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until", name="ranges"
        ),
        postgresql.ExcludeConstraint(
            (sa.Column("provider_id", sa.Uuid()), "="),
            (sa.Column("lane", sa.SmallInteger()), "="),
            (sa.func.tstzrange(sa.Column("blocked_from"), sa.Column("blocked_until")), "&&"),
            name="overbooked_claims_no_overlap",
            using="gist",
        ),
    )
    op.execute(
        "CREATE TRIGGER overbooked_claims_count_public_change AFTER INSERT OR UPDATE OR DELETE ON overbooked_claims "
        "FOR EACH ROW EXECUTE FUNCTION count_public_change('provider_id')"
    )


def downgrade() -> None:
    op.drop_table("overbooked_claims")
    op.drop_column("bookings", "overbooked")
