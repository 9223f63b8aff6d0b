"""Which release of the tz database this process goes by."""

import zoneinfo
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_FILES: Final = (("tzdata.zi", "# version "), ("+VERSION", ""))
"""Where a release says its name, and after what."""
_UNNAMED: Final = "a release without a name"


def tz_database() -> str:
    """Name where zones are looked for, in order, and of which release each place is.

    Python takes a zone from the system's files where they have it, and from the package `tzdata` only where they do
    not: a new package changes nothing on a machine with old files.
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
