"""The index by which the sweep finds occurrences of classes that are to come."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0163"
down_revision: str | Sequence[str] | None = "0162"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OCCURRENCES = sa.text("class_id IS NOT NULL")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "claims_occurrences_ends_at_idx",
            "claims",
            ["ends_at"],
            postgresql_where=_OCCURRENCES,
            postgresql_concurrently=True,
        )
        op.drop_index("claims_class_id_idx", "claims", postgresql_concurrently=True)


def downgrade() -> None:
    op.create_index("claims_class_id_idx", "claims", ["class_id"], postgresql_where=_OCCURRENCES)
    op.drop_index("claims_occurrences_ends_at_idx", "claims")
