"""Examples of this component."""

from typing import Final

from entrypoints.web.components.card import Card
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("with a title", Card(title="Next free", hint="Ulaanbaatar time"), "Thu 26 Nov, 14:30"),
    Example("without", Card(), "Only content"),
)
