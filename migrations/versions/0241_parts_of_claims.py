"""The index of the parts of claims, and the key by which they refer to their claim, validated."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0241"
down_revision: str | Sequence[str] | None = "0240"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE claims VALIDATE CONSTRAINT claims_part_of_provider_id_fkey")
    with op.get_context().autocommit_block():
        op.create_index(
            "claims_part_of_idx",
            "claims",
            ["part_of", "provider_id"],
            postgresql_where=sa.text("part_of IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("claims_part_of_idx", "claims")
