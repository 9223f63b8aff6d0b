"""Examples of this component."""

from typing import Final

from entrypoints.web.components.table import Table
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "prices",
        Table(caption="Prices", head=("Service", "Price"), rows=(("Haircut", "₮30,000"), ("Beard", "₮15,000"))),
    ),
)
