"""The sum of a provider's earnings from the index alone."""

from collections.abc import Sequence

from alembic import op

revision: str = "0140"
down_revision: str | Sequence[str] | None = "0139"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "earnings_amounts_idx",
            "earnings",
            ["provider_id", "currency", "at"],
            postgresql_include=["amount"],
            postgresql_concurrently=True,
        )
        op.drop_index("earnings_provider_id_currency_at_idx", "earnings", postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("earnings_amounts_idx", "earnings")
    op.create_index("earnings_provider_id_currency_at_idx", "earnings", ["provider_id", "currency", "at"])
