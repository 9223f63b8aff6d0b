"""Accounts, providers and their calendars, claims, bookings, payments, outbox and idempotency keys."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "gateway_tokens",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("gateway_tokens_pkey")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index("idempotency_keys_created_at_idx", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("outbox_pkey")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('customer', 'provider', 'manager', 'admin', 'system')", name=op.f("users_role_check")
        ),
        sa.CheckConstraint("status IN ('active', 'disabled')", name=op.f("users_status_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
        sa.UniqueConstraint("email", name=op.f("users_email_key")),
        sa.UniqueConstraint("phone", name=op.f("users_phone_key")),
    )
    op.create_table(
        "providers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("styles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("step_minutes", sa.SmallInteger(), server_default="30", nullable=False),
        sa.Column("duration_minutes", sa.SmallInteger(), server_default="60", nullable=False),
        sa.Column("buffer_before_minutes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("buffer_after_minutes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("min_notice_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("horizon_days", sa.SmallInteger(), server_default="90", nullable=False),
        sa.Column("max_per_day", sa.SmallInteger(), nullable=True),
        sa.Column("booking_mode", sa.Text(), server_default="instant", nullable=False),
        sa.Column("currency", sa.Text(), server_default="MNT", nullable=False),
        sa.Column("price_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deposit_amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "cancellation_policy",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint("booking_mode IN ('instant', 'request')", name=op.f("providers_booking_mode_check")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'approved', 'rejected', 'suspended')", name=op.f("providers_status_check")
        ),
        sa.CheckConstraint(
            "0 <= deposit_amount AND deposit_amount <= price_amount", name=op.f("providers_deposit_check")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("providers_owner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("providers_pkey")),
        sa.UniqueConstraint("owner_id", name=op.f("providers_owner_id_key")),
    )
    op.create_index("providers_status_id_idx", "providers", ["status", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sessions_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
    )
    op.create_index(op.f("sessions_user_id_idx"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "availability_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("minutes", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("availability_exceptions_provider_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("availability_exceptions_pkey")),
        sa.UniqueConstraint("provider_id", "date", name=op.f("availability_exceptions_provider_id_date_key")),
    )
    op.create_table(
        "availability_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.SmallInteger(), nullable=False),
        sa.Column("start_minute", sa.SmallInteger(), nullable=False),
        sa.Column("end_minute", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("every_weeks", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("day BETWEEN 0 AND 6", name=op.f("availability_rules_day_check")),
        sa.CheckConstraint(
            "start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440",
            name=op.f("availability_rules_minutes_check"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("availability_rules_provider_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("availability_rules_pkey")),
    )
    op.create_index(op.f("availability_rules_provider_id_idx"), "availability_rules", ["provider_id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("provider_user_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payment_status", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("deposit_amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded_amount", sa.BigInteger(), nullable=False),
        sa.Column("cancellation_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "payment_status IN ('unpaid', 'pending', 'paid', 'failed', 'partially_refunded', 'refunded')",
            name=op.f("bookings_payment_status_check"),
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'pending', 'confirmed', 'completed', 'cancelled', 'expired', 'no_show', 'disputed')",
            name=op.f("bookings_status_check"),
        ),
        sa.CheckConstraint(
            "0 <= deposit_amount AND deposit_amount <= price_amount", name=op.f("bookings_deposit_check")
        ),
        sa.CheckConstraint(
            "0 <= refunded_amount AND refunded_amount <= paid_amount", name=op.f("bookings_refunded_check")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name=op.f("bookings_customer_id_fkey")),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("bookings_provider_id_fkey")),
        sa.ForeignKeyConstraint(["provider_user_id"], ["users.id"], name=op.f("bookings_provider_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bookings_pkey")),
        sa.UniqueConstraint("reference", name=op.f("bookings_reference_key")),
    )
    op.create_index("bookings_customer_id_id_idx", "bookings", ["customer_id", "id"], unique=False)
    op.create_index(
        "bookings_due_at_idx", "bookings", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("bookings_provider_id_starts_at_idx", "bookings", ["provider_id", "starts_at"], unique=False)
    op.create_index("bookings_provider_user_id_id_idx", "bookings", ["provider_user_id", "id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("provider_id"), "="),
            (sa.text("tstzrange(blocked_from, blocked_until)"), "&&"),
            using="gist",
            name="claims_no_overlap",
        ),
        sa.CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name=op.f("claims_expiry_check")),
        sa.CheckConstraint("kind IN ('hold', 'booking')", name=op.f("claims_kind_check")),
        sa.CheckConstraint(
            "starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_until",
            name=op.f("claims_ranges_check"),
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name=op.f("claims_customer_id_fkey")),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name=op.f("claims_provider_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("claims_pkey")),
    )
    op.create_index(
        "claims_holds_customer_id_idx",
        "claims",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'hold'"),
    )
    op.create_index(
        "claims_holds_expires_at_idx", "claims", ["expires_at"], unique=False, postgresql_where=sa.text("kind = 'hold'")
    )
    op.create_table(
        "booking_events",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("booking_events_booking_id_fkey")),
        sa.PrimaryKeyConstraint("seq", name=op.f("booking_events_pkey")),
    )
    op.create_index(op.f("booking_events_booking_id_idx"), "booking_events", ["booking_id"], unique=False)
    op.create_table(
        "transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("settled_amount", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("preparing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoice_reference", sa.Text(), nullable=True),
        sa.Column("invoice", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("raw_payload", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('deposit', 'balance', 'refund')", name=op.f("transactions_purpose_check")),
        sa.CheckConstraint(
            "status IN ('pending', 'paid', 'failed', 'cancelled', 'refund_pending', 'refunded')",
            name=op.f("transactions_status_check"),
        ),
        sa.CheckConstraint("(invoice IS NULL) = (invoice_reference IS NULL)", name=op.f("transactions_invoice_check")),
        sa.CheckConstraint("amount > 0 AND settled_amount >= 0", name=op.f("transactions_amounts_check")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("transactions_booking_id_fkey")),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name=op.f("transactions_customer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("transactions_pkey")),
    )
    op.create_index(op.f("transactions_booking_id_idx"), "transactions", ["booking_id"], unique=False)
    op.create_index("transactions_invoice_reference_key", "transactions", ["invoice_reference"], unique=True)
    op.create_index(
        "transactions_one_pending_key",
        "transactions",
        ["booking_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index(
        "transactions_one_pending_key", table_name="transactions", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index("transactions_invoice_reference_key", table_name="transactions")
    op.drop_index(op.f("transactions_booking_id_idx"), table_name="transactions")
    op.drop_table("transactions")
    op.drop_index(op.f("booking_events_booking_id_idx"), table_name="booking_events")
    op.drop_table("booking_events")
    op.drop_index("claims_holds_expires_at_idx", table_name="claims", postgresql_where=sa.text("kind = 'hold'"))
    op.drop_index("claims_holds_customer_id_idx", table_name="claims", postgresql_where=sa.text("kind = 'hold'"))
    op.drop_table("claims")
    op.drop_index("bookings_provider_user_id_id_idx", table_name="bookings")
    op.drop_index("bookings_provider_id_starts_at_idx", table_name="bookings")
    op.drop_index("bookings_due_at_idx", table_name="bookings", postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_index("bookings_customer_id_id_idx", table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(op.f("availability_rules_provider_id_idx"), table_name="availability_rules")
    op.drop_table("availability_rules")
    op.drop_table("availability_exceptions")
    op.drop_index(op.f("sessions_user_id_idx"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("providers_status_id_idx", table_name="providers")
    op.drop_table("providers")
    op.drop_table("users")
    op.drop_table("outbox")
    op.drop_index("idempotency_keys_created_at_idx", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("gateway_tokens")
