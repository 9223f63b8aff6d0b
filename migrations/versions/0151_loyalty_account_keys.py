"""One account of a customer with each issuer of points: a provider, a salon, or the platform."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0151"
down_revision: str | Sequence[str] | None = "0150"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OLD = "loyalty_accounts_user_id_provider_id_key"


def upgrade() -> None:
    op.execute("ALTER TABLE loyalty_accounts VALIDATE CONSTRAINT loyalty_accounts_issuer_check")
    with op.get_context().autocommit_block():
        op.create_index(
            "loyalty_accounts_issuer_key",
            "loyalty_accounts",
            ["user_id", "provider_id", "salon_id"],
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_concurrently=True,
        )
        op.drop_index("loyalty_accounts_platform_key", "loyalty_accounts", postgresql_concurrently=True)
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE loyalty_accounts DROP CONSTRAINT {_OLD}")


def downgrade() -> None:
    op.create_unique_constraint(_OLD, "loyalty_accounts", ["user_id", "provider_id"])
    op.create_index(
        "loyalty_accounts_platform_key",
        "loyalty_accounts",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NULL"),
    )
    op.drop_index("loyalty_accounts_issuer_key", "loyalty_accounts")
