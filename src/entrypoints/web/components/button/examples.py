"""Examples of this component."""

from typing import Final

from entrypoints.web.components.button import Button
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("primary", Button(text="Choose a time", href="#")),
    Example("plain", Button(text="Thu 26 Nov, 14:30", href="#", kind="plain")),
    Example("quiet", Button(text="Show all", href="#", kind="quiet")),
    Example("sends its form", Button(text="Search", name="go", value="1", describes="Search for a place")),
    Example("sends it for more fields", Button(text="Another tier", kind="plain", name="add", incomplete=True)),
    Example("disabled", Button(text="Book", disabled=True)),
)
