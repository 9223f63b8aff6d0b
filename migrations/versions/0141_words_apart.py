"""The words of an entry of search beside the table, so that its rows are short."""

from collections.abc import Sequence

from alembic import op

revision: str = "0141"
down_revision: str | Sequence[str] | None = "0140"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE search_entries SET (toast_tuple_target = 128)")


def downgrade() -> None:
    op.execute("ALTER TABLE search_entries RESET (toast_tuple_target)")
