"""Referrals, and what loyalty programmes give for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0154"
down_revision: str | Sequence[str] | None = "0153"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_POINTS = ("referrer_points", "referred_points")


def upgrade() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("referral_code", sa.Text(), nullable=False),
        sa.Column("referrer_id", sa.Uuid()),
        sa.Column("booking_id", sa.Uuid()),
        sa.Column("rewarded_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="referrals_pkey"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="referrals_user_id_fkey"),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="referrals_booking_id_fkey"),
        sa.UniqueConstraint("user_id", name="referrals_user_id_key"),
        sa.UniqueConstraint("referral_code", name="referrals_referral_code_key"),
    )
    op.create_index("referrals_booking_id_idx", "referrals", ["booking_id"])
    op.create_index("referrals_referrer_id_rewarded_at_idx", "referrals", ["referrer_id", "rewarded_at"])
    for column in _POINTS:
        op.add_column(
            "loyalty_programmes", sa.Column(column, sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        )
    op.add_column("loyalty_programmes", sa.Column("most_referrals", sa.Integer()))


def downgrade() -> None:
    for column in ("most_referrals", *_POINTS):
        op.drop_column("loyalty_programmes", column)
    op.drop_table("referrals")
