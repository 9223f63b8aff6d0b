"""`offered_slots` beside plain integers and beside an interval library."""

from benchmarks.slots.comparison import main

__all__ = ["main"]
