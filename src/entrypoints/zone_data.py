"""The time zone data of a process."""

import zoneinfo
from collections.abc import Mapping


def use_pinned_zone_data(environ: Mapping[str, str]) -> None:
    """Read time zones from the pinned package `tzdata` instead of the system's files, unless PYTHONTZPATH is set.

    All processes then agree on local times, and new rules arrive with a release. By default Python prefers the
    system's files, which may be years old.
    """
    if "PYTHONTZPATH" not in environ:
        zoneinfo.reset_tzpath(())
