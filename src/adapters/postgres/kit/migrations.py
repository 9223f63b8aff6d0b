"""Runs the Alembic migrations."""

from typing import Final

from alembic import command, context
from alembic.config import Config

from adapters.postgres.kit.encryption import FieldCipher
from adapters.postgres.kit.revisions import ROOT, first_revision, is_known

_JOBS_PREFIX: Final = "procrastinate_"
_CIPHER: Final = "cipher"


class UnknownRevision(Exception):
    """This code does not have the revision at which the database is; the message says what to do."""


def alchemy_url(url: str) -> str:
    """Return a `postgresql://` URL in the form that selects psycopg in SQLAlchemy."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}"


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares a table: the job queue's tables have their own migration."""
    return kind != "table" or not (name or "").startswith(_JOBS_PREFIX)


def config(url: str, cipher: FieldCipher | None = None) -> Config:
    """Return Alembic's configuration for a database whose personal data this cipher encrypts."""
    made = Config(ROOT / "alembic.ini")
    made.attributes["url"] = url
    made.attributes[_CIPHER] = cipher
    return made


def configured_cipher() -> FieldCipher:
    """Return the cipher for a migration that encrypts data; raise if there is none."""
    cipher: FieldCipher | None = context.config.attributes.get(_CIPHER)
    if cipher is None:
        raise RuntimeError("there is personal data to encrypt, and no key was given: run `make migrate`")
    return cipher


def require_known(revision: str) -> None:
    """Raise `UnknownRevision` if the database cannot be upgraded from this revision."""
    if revision < first_revision():
        raise UnknownRevision(
            f"The database is at revision {revision}, and upgrades start at {first_revision()}. "
            "Upgrade it first with the last commit before the entry “One baseline of migrations” of CHANGELOG.md."
        )
    if not is_known(revision):
        raise UnknownRevision(f"The database is at revision {revision} of a later version. Run that version.")


def upgrade(url: str, revision: str = "head", *, cipher: FieldCipher | None = None) -> None:
    """Upgrade the database to a revision; do nothing if it is there already.

    A migration that finds personal data to encrypt fails without a cipher.

    Raises:
        UnknownRevision: the database is at a revision from before the first, or of a later version.
    """
    command.upgrade(config(url, cipher), revision)


def downgrade(url: str, revision: str, *, cipher: FieldCipher | None = None) -> None:
    """Downgrade the database to a revision; data of dropped tables and columns is lost."""
    command.downgrade(config(url, cipher), revision)
