"""Invitations of salons by e-mail, text message or a link."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0103"
down_revision: str | Sequence[str] | None = "0102"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "invitation_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("salon_id", sa.Uuid(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("phone_index", sa.LargeBinary()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("most_uses", sa.SmallInteger(), nullable=False),
        sa.Column("uses", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("declined_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="invitation_links_pkey"),
        sa.ForeignKeyConstraint(["salon_id"], ["salons.id"], name="invitation_links_salon_id_fkey"),
        sa.UniqueConstraint("token_index", name="invitation_links_token_index_key"),
    )
    op.create_index("invitation_links_salon_id_idx", "invitation_links", ["salon_id"])
    op.create_index("invitation_links_email_idx", "invitation_links", ["email"])
    op.create_index("invitation_links_phone_index_idx", "invitation_links", ["phone_index"])
    op.create_index("invitation_links_expires_at_idx", "invitation_links", ["expires_at"])


def downgrade() -> None:
    op.drop_table("invitation_links")
