"""Pauses of services, and the parts of claims that have pauses."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0240"
down_revision: str | Sequence[str] | None = "0174"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("services", sa.Column("pauses", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("claims", sa.Column("part_of", sa.Uuid()))
    op.create_foreign_key(
        "claims_part_of_provider_id_fkey",
        "claims",
        "claims",
        ["part_of", "provider_id"],
        ["id", "provider_id"],
        ondelete="CASCADE",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint("claims_part_of_provider_id_fkey", "claims")
    op.drop_column("claims", "part_of")
    op.drop_column("services", "pauses")
