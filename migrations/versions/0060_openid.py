"""Sign-in with Google and Apple: identities and attempts to sign in.

Expand only: the previous version does not read identities of other services, but shows no login history that has them.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0060"
down_revision: str | Sequence[str] | None = "0059"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_METHODS = "'registration', 'password', 'code', 'telegram'"


def upgrade() -> None:
    _allow("'telegram', 'google', 'apple'", f"{_METHODS}, 'google', 'apple'")


def downgrade() -> None:
    op.execute("DELETE FROM external_identities WHERE provider IN ('google', 'apple')")
    op.execute("DELETE FROM login_history WHERE method IN ('google', 'apple')")
    _allow("'telegram'", _METHODS)


def _allow(providers: str, methods: str) -> None:
    for table, column, values in (
        ("external_identities", "provider", providers),
        ("login_history", "method", methods),
    ):
        name = op.f(f"{table}_{column}_check")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"{column} IN ({values})")
