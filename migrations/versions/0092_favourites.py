"""Favourites: the providers that a user saves."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0092"
down_revision: str | Sequence[str] | None = "0091"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "favourites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="favourites_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="favourites_user_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="favourites_provider_id_fkey"),
        sa.UniqueConstraint("user_id", "provider_id", name="favourites_user_id_provider_id_key"),
    )
    op.create_index("favourites_provider_id_idx", "favourites", ["provider_id"])


def downgrade() -> None:
    op.drop_table("favourites")
