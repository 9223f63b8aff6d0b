"""Salon invitations; consecutive failures of an external calendar."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("calendar_feeds", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "salon_invitations",
        sa.Column("salon_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["salon_id"], ["salons.id"], name="salon_invitations_salon_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="salon_invitations_provider_id_fkey"),
        sa.PrimaryKeyConstraint("salon_id", "provider_id", name="salon_invitations_pkey"),
    )
    op.create_index("salon_invitations_provider_id_idx", "salon_invitations", ["provider_id"])


def downgrade() -> None:
    op.drop_table("salon_invitations")
    op.drop_column("calendar_feeds", "failures")
