"""Uploaded files.

Expand only: the previous version neither reads nor writes the table.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | Sequence[str] | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("rejected_because", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upload_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sweep_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'checking', 'ready', 'rejected', 'deleted')", name=op.f("files_status_check")
        ),
        sa.CheckConstraint(
            "rejected_because IN ('wrong_size', 'wrong_type', 'unreadable', 'too_many_pixels', 'malware')",
            name=op.f("files_rejected_because_check"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("files_size_check")),
        sa.ForeignKeyConstraint(["account_id"], ["users.id"], name="files_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="files_pkey"),
    )
    kept = sa.text("status <> 'deleted'")
    op.create_index("files_account_id_id_idx", "files", ["account_id", "id"], postgresql_where=kept)
    op.create_index("files_owner_idx", "files", ["owner_id", "folder", "position"], postgresql_where=kept)
    op.create_index("files_sweep_at_idx", "files", ["sweep_at"], postgresql_where=sa.text("sweep_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("files")
