"""The weeks of a month as a table, whose bookable days are links."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class DayCell:
    """A day of a month."""

    number: str
    href: str = ""
    """Where its times are; empty: it has none."""
    label: str = ""
    """What a screen reader says: the day in full, and what is free."""
    chosen: bool = False
    few: bool = False
    """Whether few times are left."""


@dataclass(frozen=True, kw_only=True)
class MonthCalendar(Component):
    """The weeks of a month as a table, whose bookable days are links."""

    template: ClassVar = "calendar/calendar.html"

    heading: str
    weekdays: tuple[tuple[str, str], ...]
    """Short and whole names."""
    weeks: tuple[tuple[DayCell | None, ...], ...]
    before: str = ""
    """The address of the month before; empty: there is none."""
    before_label: str = ""
    after: str = ""
    after_label: str = ""
