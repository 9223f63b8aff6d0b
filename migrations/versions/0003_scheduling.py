"""Blocks, external calendars, salon hours, the waiting list; series, offered times and wall-clock starts of bookings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "salons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant("created_at"),
        sa.ForeignKeyConstraint(["manager_id"], ["users.id"], name="salons_manager_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="salons_pkey"),
    )
    op.create_index("salons_manager_id_idx", "salons", ["manager_id"])

    op.add_column("providers", sa.Column("max_per_week", sa.SmallInteger(), nullable=True))
    op.add_column("providers", sa.Column("anchoring", sa.Text(), server_default="open_range", nullable=False))
    op.add_column("providers", sa.Column("salon_id", sa.Uuid(), nullable=True))
    op.add_column("providers", sa.Column("when_feeds_fail", sa.Text(), server_default="trust", nullable=False))
    op.add_column("providers", sa.Column("trust_feeds_hours", sa.SmallInteger(), server_default="24", nullable=False))
    op.add_column(
        "providers", sa.Column("requests_claim_time", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.create_foreign_key("providers_salon_id_fkey", "providers", "salons", ["salon_id"], ["id"])
    op.create_index("providers_salon_id_idx", "providers", ["salon_id"])
    op.create_check_constraint(
        op.f("providers_anchoring_check"), "providers", "anchoring IN ('open_range', 'after_claim')"
    )
    op.create_check_constraint(
        op.f("providers_when_feeds_fail_check"), "providers", "when_feeds_fail IN ('closed', 'trust', 'open')"
    )

    op.create_table(
        "availability_blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        _instant("starts_at"),
        _instant("ends_at"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("availability_blocks_range_check")),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="availability_blocks_provider_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="availability_blocks_pkey"),
    )
    op.create_index("availability_blocks_provider_id_ends_at_idx", "availability_blocks", ["provider_id", "ends_at"])
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        _instant("read_at", nullable=True),
        _instant("due_at"),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="calendar_feeds_provider_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="calendar_feeds_pkey"),
        sa.UniqueConstraint("provider_id", "url", name="calendar_feeds_provider_id_url_key"),
    )
    op.create_index("calendar_feeds_due_at_idx", "calendar_feeds", ["due_at"])
    op.create_table(
        "busy_times",
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        _instant("starts_at"),
        _instant("ends_at"),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("busy_times_range_check")),
        sa.ForeignKeyConstraint(["feed_id"], ["calendar_feeds.id"], name="busy_times_feed_id_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "starts_at", name="busy_times_pkey"),
    )
    op.create_table(
        "waiting_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        _instant("waits_from"),
        _instant("waits_until"),
        sa.Column("duration_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        _instant("offered_start", nullable=True),
        _instant("offered_until", nullable=True),
        _instant("created_at"),
        sa.CheckConstraint(
            "status IN ('waiting', 'offered', 'booked', 'lapsed', 'left')", name=op.f("waiting_list_status_check")
        ),
        sa.CheckConstraint("waits_from < waits_until", name=op.f("waiting_list_window_check")),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="waiting_list_customer_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="waiting_list_provider_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="waiting_list_pkey"),
    )
    op.create_index("waiting_list_customer_id_id_idx", "waiting_list", ["customer_id", "id"])
    op.create_index(
        "waiting_list_open_idx",
        "waiting_list",
        ["provider_id", "created_at"],
        postgresql_where=sa.text("status IN ('waiting', 'offered')"),
    )
    op.create_table(
        "calendar_links",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="calendar_links_user_id_fkey"),
        sa.PrimaryKeyConstraint("user_id", name="calendar_links_pkey"),
        sa.UniqueConstraint("secret_digest", name="calendar_links_secret_digest_key"),
    )

    op.add_column("bookings", sa.Column("local_start", sa.DateTime(), nullable=True))
    op.add_column("bookings", sa.Column("requests_claim_time", sa.Boolean(), nullable=True))
    op.add_column("bookings", sa.Column("offered_times", postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=True))
    op.add_column("bookings", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE bookings SET local_start = starts_at AT TIME ZONE time_zone, requests_claim_time = true,"
        " offered_times = '{}'"
    )
    for column in ("local_start", "requests_claim_time", "offered_times"):
        op.alter_column("bookings", column, nullable=False)
    op.create_index(
        "bookings_series_id_idx", "bookings", ["series_id"], postgresql_where=sa.text("series_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("bookings_series_id_idx", table_name="bookings")
    for column in ("series_id", "offered_times", "requests_claim_time", "local_start"):
        op.drop_column("bookings", column)
    for table in ("calendar_links", "waiting_list", "busy_times", "calendar_feeds", "availability_blocks"):
        op.drop_table(table)
    op.drop_constraint(op.f("providers_when_feeds_fail_check"), "providers", type_="check")
    op.drop_constraint(op.f("providers_anchoring_check"), "providers", type_="check")
    op.drop_constraint("providers_salon_id_fkey", "providers", type_="foreignkey")
    op.drop_index("providers_salon_id_idx", table_name="providers")
    for column in (
        "requests_claim_time", "trust_feeds_hours", "when_feeds_fail", "salon_id", "anchoring", "max_per_week",
    ):  # fmt: skip
        op.drop_column("providers", column)
    op.drop_table("salons")
