"""Bringing a database to the schema that this code expects."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config

_ROOT: Final = Path(__file__).parents[3]
_JOBS_PREFIX: Final = "procrastinate_"


def alchemy_url(url: str) -> str:
    """A `postgresql://` URL as SQLAlchemy needs it to use psycopg."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}"


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is one of ours: the job queue's tables are its own migration's business."""
    return kind != "table" or not (name or "").startswith(_JOBS_PREFIX)


def config(url: str) -> Config:
    """Alembic's configuration for the database at this URL."""
    made = Config(_ROOT / "alembic.ini")
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at this URL up to a revision; one that is there already is left alone."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take the database at this URL down to a revision; the data of what goes is lost."""
    command.downgrade(config(url), revision)
