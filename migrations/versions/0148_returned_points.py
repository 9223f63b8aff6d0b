"""Points that a refund gives back, among the kinds of entries. The next migration validates the check."""

from collections.abc import Sequence

from alembic import op

revision: str = "0148"
down_revision: str | Sequence[str] | None = "0141"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "'earned', 'adjusted', 'reserved', 'captured', 'released', {}'reclaimed', 'expired'"


def upgrade() -> None:
    _check(_KINDS.format("'returned', "))


def downgrade() -> None:
    _check(_KINDS.format(""))


def _check(kinds: str) -> None:
    name = "loyalty_entries_kind_check"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE loyalty_entries DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE loyalty_entries ADD CONSTRAINT {name} CHECK (kind IN ({kinds})) NOT VALID")
