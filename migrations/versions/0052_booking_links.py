"""Booking links of providers, and what they bring each day.

Expand only: the previous version does not know the tables.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0052"
down_revision: str | Sequence[str] | None = "0051"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "booking_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("link_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="booking_links_provider_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="booking_links_pkey"),
    )
    op.create_index(
        "booking_links_provider_id_link_token_key", "booking_links", ["provider_id", "link_token"], unique=True
    )
    op.create_table(
        "booking_link_days",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["booking_links.id"], name="booking_link_days_link_id_fkey"),
        sa.PrimaryKeyConstraint("link_id", "day", name="booking_link_days_pkey"),
    )
    op.create_table(
        "booking_link_visitors",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitor", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["booking_links.id"], name="booking_link_visitors_link_id_fkey"),
        sa.PrimaryKeyConstraint("link_id", "day", "visitor", name="booking_link_visitors_pkey"),
    )
    op.create_index("booking_link_visitors_day_idx", "booking_link_visitors", ["day"])


def downgrade() -> None:
    op.drop_table("booking_link_visitors")
    op.drop_table("booking_link_days")
    op.drop_table("booking_links")
