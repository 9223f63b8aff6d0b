"""Examples of this component."""

from typing import Final

from entrypoints.web.components.tabs import Tabs
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("two views", Tabs(label="Bookings", items=(("Upcoming", "#up"), ("Past", "#past")), current="#up")),
)
