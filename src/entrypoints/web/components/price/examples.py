"""Examples of this component."""

from typing import Final

from entrypoints.web.components.price import Price
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("plain", Price(text="₮80,000")),
    Example("from", Price(text="₮30,000", before="from")),
)
