"""The accent colour of a provider's pages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0134"
down_revision: str | Sequence[str] | None = "0133"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACCENTS = "'wine', 'plum', 'violet', 'indigo', 'blue', 'teal', 'green', 'olive', 'amber', 'rust', 'rose', 'slate'"


def upgrade() -> None:
    """The next migration validates the constraint."""
    op.add_column("providers", sa.Column("accent", sa.Text(), nullable=False, server_default="wine"))
    op.execute(f"ALTER TABLE providers ADD CONSTRAINT providers_accent_check CHECK (accent IN ({_ACCENTS})) NOT VALID")


def downgrade() -> None:
    op.drop_column("providers", "accent")
