"""Examples of this component."""

from typing import Final

from entrypoints.web.components.dialog import Dialog
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "question", Dialog(id="why", title="Why a deposit?", opener="Why?", close="Close"), "It keeps the time for you."
    ),
)
