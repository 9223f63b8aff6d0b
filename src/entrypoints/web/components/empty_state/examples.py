"""Examples of this component."""

from typing import Final

from entrypoints.web.components.empty_state import EmptyState
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "with a way on", EmptyState(title="Nobody is free then", text="Try another day.", action="Any day", href="#")
    ),
    Example("alone", EmptyState(title="No bookings yet")),
)
