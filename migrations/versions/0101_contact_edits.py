"""Contacts that admins have replaced, and the wait of the new ones."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0101"
down_revision: str | Sequence[str] | None = "0100"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("entered_channel", sa.Text()))
    op.add_column("users", sa.Column("entered_usable_from", sa.DateTime(timezone=True)))
    op.create_check_constraint(op.f("users_entered_channel_check"), "users", "entered_channel IN ('email', 'phone')")
    op.create_check_constraint(
        op.f("users_entered_check"), "users", "(entered_channel IS NULL) = (entered_usable_from IS NULL)"
    )
    op.create_table(
        "contact_edits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary()),
        sa.Column("former_verified_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("channel IN ('email', 'phone')", name=op.f("contact_edits_channel_check")),
        sa.CheckConstraint(
            "reason IN ('lost_access', 'mistyped', 'requested', 'other')", name=op.f("contact_edits_reason_check")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("contact_edits_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_edits_pkey")),
    )
    op.create_index(op.f("contact_edits_user_id_idx"), "contact_edits", ["user_id"])
    op.create_index("contact_edits_edited_at_idx", "contact_edits", ["edited_at"])


def downgrade() -> None:
    op.drop_table("contact_edits")
    op.drop_constraint(op.f("users_entered_check"), "users")
    op.drop_constraint(op.f("users_entered_channel_check"), "users")
    op.drop_column("users", "entered_usable_from")
    op.drop_column("users", "entered_channel")
