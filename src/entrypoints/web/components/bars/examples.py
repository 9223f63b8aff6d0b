"""Examples of this component."""

from typing import Final

from entrypoints.web.components.bars import Bars
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "a week",
        Bars(
            name="Booked time by day",
            most="8 h",
            bars=tuple(
                (percent, f"{day}: {percent * 8 // 100} h")
                for day, percent in (("Mon", 50), ("Tue", 100), ("Wed", 0), ("Thu", 75), ("Fri", 38))
            ),
            first="Mon 23 Nov",
            last="Fri 27 Nov",
        ),
    ),
)
