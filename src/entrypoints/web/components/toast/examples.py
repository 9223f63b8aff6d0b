"""Examples of this component."""

from typing import Final

from entrypoints.web.components.toast import Toast
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("good", Toast(text="Your booking is confirmed.")),
    Example("bad", Toast(text="Somebody else has just taken this time.", kind="bad")),
    Example("note", Toast(text="Kept for you until 15:12.", kind="note")),
)
