"""Indexes of the venues of services and of who travels, and the key by which services refer to venues, validated."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0267"
down_revision: str | Sequence[str] | None = "0266"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE services VALIDATE CONSTRAINT services_venue_id_fkey")
    with op.get_context().autocommit_block():
        op.create_index(
            "services_venue_id_idx",
            "services",
            ["venue_id"],
            postgresql_where=sa.text("venue_id IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.create_index(
            "providers_who_travel_idx",
            "providers",
            ["id"],
            postgresql_where=sa.text("travel_minutes > 0 OR ways <> '[]'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("providers_who_travel_idx", "providers")
    op.drop_index("services_venue_id_idx", "services")
