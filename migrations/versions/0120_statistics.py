"""Statistics: buckets of figures, where bookings count, late changes, memberships of salons, and findings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0120"
down_revision: str | Sequence[str] | None = "0112"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTS = (
    "made",
    "lead_bookings",
    "lead_minutes",
    "booked",
    "booked_minutes",
    "buffer_minutes",
    "completed",
    "walk_ins",
    "no_shows",
    "cancelled",
    "cancelled_late",
    "cancelled_by_provider",
)
_AMOUNTS = (
    "earned",
    "tips",
    "outstanding",
    "received",
    "refunded",
)


def _provider(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=f"{table}_provider_id_fkey"),
    )


def upgrade() -> None:
    op.create_table(
        "statistics_buckets",
        *_provider("statistics_buckets"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _AMOUNTS),
        sa.PrimaryKeyConstraint("provider_id", "starts_at", "position", name="statistics_buckets_pkey"),
        sa.CheckConstraint("channel IN ('online', 'staff', 'walk_in')", name="channel"),
    )
    op.create_index("statistics_buckets_salon_id_starts_at_idx", "statistics_buckets", ["salon_id", "starts_at"])
    op.create_table(
        "statistics_places",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_provider("statistics_places"),
        sa.PrimaryKeyConstraint("booking_id", "day", name="statistics_places_pkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="statistics_places_booking_id_fkey"),
    )
    op.create_index("statistics_places_provider_id_day_idx", "statistics_places", ["provider_id", "day"])
    op.create_table(
        "statistics_revisions",
        *_provider("statistics_revisions"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salon_id", sa.Uuid()),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "starts_at", name="statistics_revisions_pkey"),
    )
    op.create_index("statistics_revisions_salon_id_starts_at_idx", "statistics_revisions", ["salon_id", "starts_at"])
    op.create_table(
        "statistics_memberships",
        *_provider("statistics_memberships"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("salon_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("provider_id", "since", name="statistics_memberships_pkey"),
    )
    op.create_table(
        "statistics_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_provider("statistics_findings"),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="statistics_findings_pkey"),
    )
    op.create_index("statistics_findings_created_at_idx", "statistics_findings", ["created_at"])
    op.create_index("statistics_findings_provider_id_idx", "statistics_findings", ["provider_id"])
    # When the members of now joined is not stored anywhere: what they did since they have a profile counts.
    op.execute(
        "INSERT INTO statistics_memberships (provider_id, since, salon_id)"
        " SELECT id, created_at, salon_id FROM providers WHERE salon_id IS NOT NULL"
    )


def downgrade() -> None:
    for table in ("findings", "memberships", "revisions", "places", "buckets"):
        op.drop_table(f"statistics_{table}")
