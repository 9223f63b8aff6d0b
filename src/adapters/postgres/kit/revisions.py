"""The revisions of the database's schema, without importing Alembic."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[4]


def latest_revision() -> str:
    """The last revision of this code, for example `0064`: the number that a migration's file begins with."""
    return max(file.name.partition("_")[0] for file in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
