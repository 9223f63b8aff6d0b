"""Forget the networks of known clients that were stored without a key. Data only.

Each is stored again at the next sign-in of its client, which until then shows its token.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0091"
down_revision: str | Sequence[str] | None = "0074"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE known_clients SET network_digest = '' WHERE network_digest <> ''")


def downgrade() -> None:
    """Nothing to undo: the networks are gone."""
