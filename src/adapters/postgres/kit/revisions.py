"""The revisions of the database's schema, without importing Alembic."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[4]
_FOLLOWS: Final = re.compile(r'^down_revision\b[^=\n]*= "(\w+)"$', re.MULTILINE)


def latest_revision() -> str:
    """The last revision of this code, for example `0091`: the one that no other follows.

    Its number need not be the greatest: migrations are chained in the order in which they land.
    """
    followed = _followed()
    (latest,) = followed.keys() - set(followed.values())
    return latest


def first_revision() -> str:
    """The revision from which this code upgrades; those before it are gone, and their numbers are less."""
    (first,) = (revision for revision, follows in _followed().items() if not follows)
    return first


def is_known(revision: str) -> bool:
    """Whether this code has the revision."""
    return revision in _followed()


def is_earlier(revision: str) -> bool:
    """Whether a later revision of this code follows; not of a revision of a later version."""
    return revision < first_revision() or revision in _followed().values()


def _followed() -> Mapping[str, str]:
    """Each revision of this code, and the one that it follows; the first one follows none."""
    files = (ROOT / "migrations" / "versions").glob("[0-9]*.py")
    found = {file.name.partition("_")[0]: _FOLLOWS.search(file.read_text(encoding="utf-8")) for file in files}
    return {revision: "" if follows is None else follows[1] for revision, follows in found.items()}
