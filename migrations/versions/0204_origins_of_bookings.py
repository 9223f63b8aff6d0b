"""Where the customers of bookings came from; statistics count it as channels."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0204"
down_revision: str | Sequence[str] | None = "0203"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ORIGINS = "'direct', 'link', 'search', 'portfolio', 'waiting_list', 'bot', 'page', 'desk'"
_FORMER = "'online', 'staff', 'walk_in'"
_CHANNELS = "'online', 'link', 'search', 'portfolio', 'waiting_list', 'bot', 'page', 'staff', 'walk_in'"
_STATISTICS = ("statistics_buckets", "statistics_days")
_INDEXES = {
    "bookings_provider_id_created_at_links_idx": "link_id IS NOT NULL",
    "bookings_provider_id_created_at_items_idx": "portfolio_item_id IS NOT NULL",
}


def upgrade() -> None:
    op.add_column("bookings", sa.Column("origin", sa.Text(), nullable=False, server_default=sa.text("'direct'")))
    op.add_column("bookings", sa.Column("link_id", sa.Uuid()))
    op.add_column("bookings", sa.Column("portfolio_item_id", sa.Uuid()))
    _add("bookings", "origin", f"origin IN ({_ORIGINS})")
    for table in _STATISTICS:
        _drop(table, "channel")
        _add(table, "channel", f"channel IN ({_CHANNELS})")
    with op.get_context().autocommit_block():
        for name, condition in _INDEXES.items():
            op.create_index(
                name,
                "bookings",
                ["provider_id", "created_at"],
                postgresql_where=sa.text(condition),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, "bookings")
    for table in _STATISTICS:
        _drop(table, "channel")
        # What came from somewhere was made by the customer; a rebuild sums it up.
        op.execute(f"UPDATE {table} SET channel = 'online' WHERE channel NOT IN ({_FORMER})")  # noqa: S608 - constants
        _add(table, "channel", f"channel IN ({_FORMER})")
    for column in ("origin", "link_id", "portfolio_item_id"):
        op.drop_column("bookings", column)


def _add(table: str, name: str, condition: str) -> None:
    """The next migration validates it."""
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition}) NOT VALID")


def _drop(table: str, name: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {table}_{name}_check")
