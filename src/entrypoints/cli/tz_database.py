"""The release of the tz database that this process uses."""

import zoneinfo
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_FILES: Final = (("tzdata.zi", "# version "), ("+VERSION", ""))
"""Files that name the release, and the prefix before the name."""
_UNNAMED: Final = "unknown release"


def tz_database() -> str:
    """Return the folders that are searched for zones, in order, each with its release.

    Python reads a zone from the system's files first, and from the package `tzdata` only if they lack it. A new
    package therefore changes nothing on a machine with old files.
    """
    places = [Path(folder) for folder in zoneinfo.TZPATH]
    package = find_spec("tzdata")
    if package is not None:
        places += [Path(folder) / "zoneinfo" for folder in package.submodule_search_locations or ()]
    return ", then ".join(f"{_release_of(place)} ({place})" for place in places if place.is_dir()) or "none"


def _release_of(folder: Path) -> str:
    for name, prefix in _FILES:
        try:
            line = (folder / name).read_text(encoding="utf-8").partition("\n")[0].strip()
        except OSError:
            continue
        if line.startswith(prefix):
            return line.removeprefix(prefix)
    return _UNNAMED
