"""Usage: what people and programs do with the platform, by day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0130"
down_revision: str | Sequence[str] | None = "0126"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MEASURES = (
    "sign_ups",
    "activations",
    "sign_ins",
    "codes",
    "text_messages",
    "text_message_costs",
    "messages",
    "undeliverable",
    "payments",
    "paid_amounts",
    "requests",
    "errors",
    "request_times",
    "gateway_calls",
    "gateway_times",
)


def upgrade() -> None:
    op.create_table(
        "usage_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "labels", name="usage_days_pkey"),
        sa.CheckConstraint(f"measure IN ({', '.join(map(repr, _MEASURES))})", name="measure"),
    )


def downgrade() -> None:
    op.drop_table("usage_days")
