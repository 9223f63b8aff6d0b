"""A chart of bars, one for each period. Its figures stand in a table on the same page."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Bars(Component):
    """A chart of bars, one for each period. Its figures stand in a table on the same page."""

    template: ClassVar = "bars/bars.html"

    name: str
    most: str
    """The figure of the highest bar, as a text."""
    bars: tuple[tuple[int, str], ...]
    """Percent of the highest bar, and what is shown of it: the period and the figure."""
    first: str
    last: str
    """The first and the last period."""
