"""Profiles; encrypted personal data, with a blind index of phone numbers.

Existing phone numbers are encrypted with the configured keys (`adapters.postgres.kit.migrations.upgrade`).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from adapters.postgres.identity.users import PHONE
from adapters.postgres.kit.migrations import configured_cipher

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_users = sa.table(
    "users",
    sa.column("id", sa.Uuid()),
    sa.column("phone", sa.Text()),
    sa.column("phone_sealed", sa.LargeBinary()),
    sa.column("phone_index", sa.LargeBinary()),
)
_this = _users.c.id == sa.bindparam("user_id")


def upgrade() -> None:
    for name in ("phone_sealed", "phone_index", "birth_date_sealed", "address_sealed"):
        op.add_column("users", sa.Column(name, sa.LargeBinary(), nullable=True))
    for name in ("given_name", "family_name", "picture_url"):
        op.add_column("users", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("users", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("users", "version", server_default=None)
    op.alter_column("users", "password_hash", nullable=True)
    _seal_phones()
    op.drop_column("users", "phone")
    op.create_unique_constraint("users_phone_index_key", "users", ["phone_index"])


def _seal_phones() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(_users.c.id, _users.c.phone).where(_users.c.phone.is_not(None))).all()
    if not rows:
        return
    cipher = configured_cipher()
    sealed = sa.update(_users).where(_this).values(phone_sealed=sa.bindparam("seal"), phone_index=sa.bindparam("hash"))
    connection.execute(
        sealed,
        [
            {
                "user_id": user_id,
                "seal": cipher.encrypt(phone, field=PHONE, row=user_id),
                "hash": cipher.index(phone, field=PHONE),
            }
            for user_id, phone in rows
        ],
    )


def downgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.Text(), nullable=True))
    _open_phones()
    op.create_unique_constraint("users_phone_key", "users", ["phone"])
    op.execute("UPDATE users SET password_hash = '' WHERE password_hash IS NULL")
    op.alter_column("users", "password_hash", nullable=False)
    for name in (
        "version",
        "picture_url",
        "family_name",
        "given_name",
        "address_sealed",
        "birth_date_sealed",
        "phone_index",
        "phone_sealed",
    ):
        op.drop_column("users", name)


def _open_phones() -> None:
    connection = op.get_bind()
    query = sa.select(_users.c.id, _users.c.phone_sealed).where(_users.c.phone_sealed.is_not(None))
    rows = connection.execute(query).all()
    if not rows:
        return
    cipher = configured_cipher()
    opened = sa.update(_users).where(_this).values(phone=sa.bindparam("text"))
    connection.execute(
        opened,
        [{"user_id": user_id, "text": cipher.decrypt(sealed, field=PHONE, row=user_id)} for user_id, sealed in rows],
    )
