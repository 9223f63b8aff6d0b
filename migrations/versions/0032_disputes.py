"""Disputes about bookings and their statements; the status before a dispute; refunds that a dispute decides.

Expand only: the previous version opens no disputes and does not read what is new.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | Sequence[str] | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REASONS = ("cancellation", "no_show", "late_payment", "overpayment")
STANDINGS = "('confirmed', 'completed', 'cancelled', 'no_show')"
OPEN = sa.text("status = 'open'")


def _allow_reasons(*reasons: str) -> None:
    listed = ", ".join(f"'{reason}'" for reason in reasons)
    op.drop_constraint(op.f("refunds_reason_check"), "refunds")
    op.create_check_constraint(op.f("refunds_reason_check"), "refunds", f"reason IN ({listed})")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("bookings", sa.Column("disputed_from", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("bookings_disputed_from_check"),
        "bookings",
        f"disputed_from IS NULL OR (status = 'disputed' AND disputed_from IN {STANDINGS})",
    )
    _allow_reasons(*REASONS, "dispute")
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("provider_user_id", sa.Uuid(), nullable=False),
        sa.Column("initiator_id", sa.Uuid(), nullable=False),
        sa.Column("by_admin", sa.Boolean(), nullable=False),
        sa.Column("booking_was", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        _instant("opened_at"),
        _instant("statement_due_at"),
        _instant("decision_due_at"),
        _instant("statement_reminded_at", nullable=True),
        _instant("decision_reminded_at", nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("refund_amount", sa.BigInteger(), nullable=True),
        sa.Column("refund_currency", sa.Text(), nullable=True),
        sa.Column("booking_status", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _instant("closed_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'resolved', 'withdrawn')", name=op.f("disputes_status_check")),
        sa.CheckConstraint(f"booking_was IN {STANDINGS}", name=op.f("disputes_booking_was_check")),
        sa.CheckConstraint(f"booking_status IN {STANDINGS}", name=op.f("disputes_booking_status_check")),
        sa.CheckConstraint(
            "resolution IN ('refund_full', 'refund_partial', 'no_refund')", name=op.f("disputes_resolution_check")
        ),
        sa.CheckConstraint("initiator_id IN (customer_id, provider_user_id)", name=op.f("disputes_initiator_check")),
        sa.CheckConstraint("refund_amount >= 0", name=op.f("disputes_refund_amount_check")),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("disputes_closed_check")),
        sa.CheckConstraint(
            "num_nulls(resolution, refund_amount, refund_currency, booking_status, note)"
            " = CASE WHEN status = 'resolved' THEN 0 ELSE 5 END",
            name=op.f("disputes_verdict_check"),
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="disputes_booking_id_fkey"),
        sa.ForeignKeyConstraint(["provider_id"], ["providers.id"], name="disputes_provider_id_fkey"),
        sa.ForeignKeyConstraint(["customer_id"], ["users.id"], name="disputes_customer_id_fkey"),
        sa.ForeignKeyConstraint(["provider_user_id"], ["users.id"], name="disputes_provider_user_id_fkey"),
        sa.ForeignKeyConstraint(["initiator_id"], ["users.id"], name="disputes_initiator_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="disputes_pkey"),
    )
    op.create_index("disputes_one_open_key", "disputes", ["booking_id"], unique=True, postgresql_where=OPEN)
    op.create_index("disputes_booking_id_idx", "disputes", ["booking_id"])
    op.create_index("disputes_customer_id_id_idx", "disputes", ["customer_id", "id"])
    op.create_index("disputes_provider_user_id_id_idx", "disputes", ["provider_user_id", "id"])
    op.create_index("disputes_provider_id_id_idx", "disputes", ["provider_id", "id"])
    op.create_index("disputes_open_idx", "disputes", ["id"], postgresql_where=OPEN)
    op.create_table(
        "dispute_statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _instant("created_at"),
        sa.CheckConstraint("side IN ('customer', 'provider')", name=op.f("dispute_statements_side_check")),
        sa.CheckConstraint("kind IN ('text')", name=op.f("dispute_statements_kind_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name="dispute_statements_dispute_id_fkey"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="dispute_statements_author_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="dispute_statements_pkey"),
    )
    op.create_index("dispute_statements_dispute_id_id_idx", "dispute_statements", ["dispute_id", "id"])
    op.create_index("dispute_statements_author_id_idx", "dispute_statements", ["author_id"])


def downgrade() -> None:
    op.drop_table("dispute_statements")
    op.drop_table("disputes")
    op.execute("UPDATE refunds SET reason = 'cancellation' WHERE reason = 'dispute'")
    _allow_reasons(*REASONS)
    op.drop_constraint(op.f("bookings_disputed_from_check"), "bookings")
    op.drop_column("bookings", "disputed_from")
