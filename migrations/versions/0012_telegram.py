"""External identities, their used assertions, and sign-in by Telegram."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_constraint(op.f("login_history_method_check"), "login_history")
    op.create_check_constraint(
        op.f("login_history_method_check"),
        "login_history",
        "method IN ('registration', 'password', 'code', 'telegram')",
    )
    op.create_table(
        "external_identities",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("provider IN ('telegram')", name=op.f("external_identities_provider_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="external_identities_user_id_fkey"),
        sa.PrimaryKeyConstraint("provider", "subject", name="external_identities_pkey"),
        sa.UniqueConstraint("user_id", "provider", name="external_identities_user_id_provider_key"),
    )
    op.create_table(
        "used_assertions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="used_assertions_pkey"),
    )
    op.create_index("used_assertions_good_until_idx", "used_assertions", ["good_until"])


def downgrade() -> None:
    op.drop_table("used_assertions")
    op.drop_table("external_identities")
    op.execute("DELETE FROM login_history WHERE method = 'telegram'")
    op.drop_constraint(op.f("login_history_method_check"), "login_history")
    op.create_check_constraint(
        op.f("login_history_method_check"), "login_history", "method IN ('registration', 'password', 'code')"
    )
