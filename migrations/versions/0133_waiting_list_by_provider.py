"""The waiting list of a provider in a time."""

from collections.abc import Sequence

from alembic import op

revision: str = "0133"
down_revision: str | Sequence[str] | None = "0132"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "waiting_list_provider_id_created_at_idx",
            "waiting_list",
            ["provider_id", "created_at"],
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("waiting_list_provider_id_created_at_idx", "waiting_list")
