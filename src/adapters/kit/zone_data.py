"""The time zone data of the product's processes: the package `tzdata`, in the pinned version.

Each program calls `use_pinned_zone_data` before anything else, and starts other interpreters with
`interpreter_environment`. So all processes agree on local times, and new rules arrive with a release. By default Python
prefers the system's files, which may be years old. `tests/unit/entrypoints/test_zone_data.py` lists what starts
processes.
"""

import os
import sys
import zoneinfo
from typing import Final

from booking_domain.shared.time import time_zone

_INHERITED: Final = ("LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")
"""The only variables that a child inherits; none is secret."""


def use_pinned_zone_data() -> None:
    """Read time zones from `tzdata`, or from the folders that PYTHONTZPATH names; forget what was read before."""
    zoneinfo.reset_tzpath(None if "PYTHONTZPATH" in os.environ else ())
    zoneinfo.ZoneInfo.clear_cache()
    time_zone.cache_clear()


def interpreter_environment() -> dict[str, str]:
    """The environment of an interpreter that computes for this one: its modules and its time zones, and no secret."""
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path))),
        "PYTHONTZPATH": os.pathsep.join(zoneinfo.TZPATH),
    }
