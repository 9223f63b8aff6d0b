"""`offered_slots` compared with plain integers and with an interval library."""

from benchmarks.slots.comparison import main

__all__ = ["main"]
