"""Pauses as JSON: for each, after how many minutes it begins and how many it lasts."""

from collections.abc import Iterable, Sequence

from booking_domain.scheduling.pauses import Pause


def pauses_json(pauses: Iterable[Pause]) -> list[list[int]]:
    """Write pauses."""
    return [[each.after_minutes, each.minutes] for each in pauses]


def pauses_of(rows: Iterable[Sequence[int]]) -> tuple[Pause, ...]:
    """Read pauses."""
    return tuple(Pause(*row) for row in rows)
