"""Acceptances of legal documents.

Expand only: the previous version stores none.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0057"
down_revision: str | Sequence[str] | None = "0056"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "acceptances",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_version", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("document IN ('terms_of_use', 'privacy_policy')", name=op.f("acceptances_document_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="acceptances_user_id_fkey"),
        sa.PrimaryKeyConstraint("user_id", "document", "document_version", name="acceptances_pkey"),
    )


def downgrade() -> None:
    op.drop_table("acceptances")
