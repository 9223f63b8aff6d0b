"""Bringing a database to the schema that this code expects."""

from pathlib import Path
from typing import Final

from alembic import command, context
from alembic.config import Config

from adapters.postgres.kit.encryption import FieldCipher

_ROOT: Final = Path(__file__).parents[4]
_JOBS_PREFIX: Final = "procrastinate_"
_CIPHER: Final = "cipher"


def alchemy_url(url: str) -> str:
    """A `postgresql://` URL as SQLAlchemy needs it to use psycopg."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}"


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of ours: the job queue's tables are its own migration's business."""
    return kind != "table" or not (name or "").startswith(_JOBS_PREFIX)


def config(url: str, cipher: FieldCipher | None = None) -> Config:
    """Alembic's configuration for the database at this URL, whose personal data this cipher seals."""
    made = Config(_ROOT / "alembic.ini")
    made.attributes["url"] = url
    made.attributes[_CIPHER] = cipher
    return made


def configured_cipher() -> FieldCipher:
    """What seals personal data, for a migration that finds some; without it the migration must not go on."""
    cipher: FieldCipher | None = context.config.attributes.get(_CIPHER)
    if cipher is None:
        raise RuntimeError("there is personal data to seal, and no key was given: migrate by `make migrate`")
    return cipher


def upgrade(url: str, revision: str = "head", *, cipher: FieldCipher | None = None) -> None:
    """Bring the database at this URL up to a revision; one that is there already is left alone.

    A migration that finds personal data to seal needs the cipher, and fails without it.
    """
    command.upgrade(config(url, cipher), revision)


def downgrade(url: str, revision: str = "base", *, cipher: FieldCipher | None = None) -> None:
    """Take the database at this URL down to a revision; the data of what goes is lost."""
    command.downgrade(config(url, cipher), revision)
