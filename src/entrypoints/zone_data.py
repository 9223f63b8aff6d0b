"""Which time zone data a process goes by."""

import zoneinfo
from collections.abc import Mapping


def use_pinned_zone_data(environ: Mapping[str, str]) -> None:
    """Go by the pinned package `tzdata`, not by the files of the machine, unless PYTHONTZPATH names other ones.

    So that all processes agree on what the clock on the wall shows, and new rules come with a release of ours. Python
    by itself prefers the machine's files, which may be years old.
    """
    if "PYTHONTZPATH" not in environ:
        zoneinfo.reset_tzpath(())
