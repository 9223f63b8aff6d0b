"""Validate the key by which places of classes refer to their occurrence."""

from collections.abc import Sequence

from alembic import op

revision: str = "0199"
down_revision: str | Sequence[str] | None = "0198"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE class_places VALIDATE CONSTRAINT class_places_occurrence_id_provider_id_fkey")


def downgrade() -> None:
    pass
