"""Known clients, and wrong passwords per client. Expand only.

`wrong_passwords` counts those of all strangers now. The previous version, which lets three of them pass instead of ten,
goes on using it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0084"
down_revision: str | Sequence[str] | None = "0086"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "wrong_passwords_of_clients",
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("client", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "client", name=op.f("wrong_passwords_of_clients_pkey")),
    )
    op.create_table(
        "known_clients",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("network_digest", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("known_clients_user_id_fkey")),
        sa.PrimaryKeyConstraint("user_id", "token_digest", name=op.f("known_clients_pkey")),
    )
    op.create_index("known_clients_expires_at_idx", "known_clients", ["expires_at"])


def downgrade() -> None:
    op.drop_table("known_clients")
    op.drop_table("wrong_passwords_of_clients")
