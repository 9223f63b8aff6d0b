"""Pictures of accounts, providers and salons, as uploaded files.

Not expand only: addresses of pictures elsewhere are gone, and the previous version reads them, so stop it first.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0047"
down_revision: str | Sequence[str] | None = "0046"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_column("users", "picture_url")
    op.add_column("users", sa.Column("picture", postgresql.JSONB()))
    op.add_column("providers", sa.Column("photo", postgresql.JSONB()))
    op.add_column(
        "salons", sa.Column("photos", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb"))
    )


def downgrade() -> None:
    op.drop_column("salons", "photos")
    op.drop_column("providers", "photo")
    op.drop_column("users", "picture")
    op.add_column("users", sa.Column("picture_url", sa.Text()))
