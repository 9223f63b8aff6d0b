"""Reconciliation: runs that compare a gateway's books with the platform's, and what they find."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | Sequence[str] | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = (
    "'lost_callback', 'paid_twice', 'amount_differs', 'unknown_invoice', 'stray_invoice', 'not_at_gateway', "
    "'unrecorded_refund'"
)


def upgrade() -> None:
    op.create_table(
        "reconciliation_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("scheduled_on", sa.Date()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('waiting', 'running', 'finished')", name=op.f("reconciliation_runs_status_check")
        ),
        sa.CheckConstraint(
            "(status = 'finished') = (finished_at IS NOT NULL)", name=op.f("reconciliation_runs_finished_check")
        ),
        sa.CheckConstraint("(status = 'finished') = (retry_at IS NULL)", name=op.f("reconciliation_runs_retry_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("reconciliation_runs_pkey")),
    )
    op.create_index(
        "reconciliation_runs_scheduled_key",
        "reconciliation_runs",
        ["gateway", "day", "scheduled_on"],
        unique=True,
        postgresql_where=sa.text("scheduled_on IS NOT NULL"),
    )
    op.create_index(
        "reconciliation_runs_retry_idx",
        "reconciliation_runs",
        ["retry_at"],
        postgresql_where=sa.text("retry_at IS NOT NULL"),
    )
    op.create_table(
        "reconciliation_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("invoice_reference", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reported_amount", sa.BigInteger(), nullable=False),
        sa.Column("counted_amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True)),
        sa.Column("payment_id", sa.Uuid()),
        sa.Column("booking_id", sa.Uuid()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("reconciliation_findings_kind_check")),
        sa.CheckConstraint(
            "status IN ('open', 'repaired', 'closed')", name=op.f("reconciliation_findings_status_check")
        ),
        sa.CheckConstraint(
            "reported_amount >= 0 AND counted_amount >= 0", name=op.f("reconciliation_findings_amounts_check")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (settled_at IS NULL)", name=op.f("reconciliation_findings_settled_check")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reconciliation_runs.id"], name=op.f("reconciliation_findings_run_id_fkey")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("reconciliation_findings_payment_id_fkey")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("reconciliation_findings_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reconciliation_findings_pkey")),
    )
    op.create_index(
        "reconciliation_findings_key", "reconciliation_findings", ["gateway", "kind", "reference"], unique=True
    )
    op.create_index("reconciliation_findings_status_idx", "reconciliation_findings", ["status", "id"])
    op.create_index(
        "reconciliation_findings_amount_idx", "reconciliation_findings", ["currency", "reported_amount", "id"]
    )
    for column in ("run_id", "invoice_reference", "booking_id"):
        op.create_index(op.f(f"reconciliation_findings_{column}_idx"), "reconciliation_findings", [column])
    op.create_index("payments_gateway_processed_at_idx", "payments", ["gateway", "processed_at"])


def downgrade() -> None:
    op.drop_index("payments_gateway_processed_at_idx", "payments")
    op.drop_table("reconciliation_findings")
    op.drop_table("reconciliation_runs")
