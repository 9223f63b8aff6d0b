"""What is compared of many entries of search stays in their rows. An entry is written anew every day."""

from collections.abc import Sequence

from alembic import op

revision: str = "0142"
down_revision: str | Sequence[str] | None = "0151"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = ("free", "open_hours", "styles", "categories")


def upgrade() -> None:
    for each in _COLUMNS:
        op.execute(f"ALTER TABLE search_entries ALTER COLUMN {each} SET STORAGE MAIN")


def downgrade() -> None:
    for each in _COLUMNS:
        op.execute(f"ALTER TABLE search_entries ALTER COLUMN {each} SET STORAGE EXTENDED")
