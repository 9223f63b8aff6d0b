"""Examples of this component."""

from typing import Final

from entrypoints.web.components.upload import Upload
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("one", Upload(name="portrait", label="Your picture", accept="image/jpeg,image/png")),
    Example(
        "several",
        Upload(
            name="pictures",
            label="Pictures",
            accept="image/jpeg,image/png",
            several=True,
            hint="Up to five.",
            error="This is no picture.",
            button="Add the pictures",
        ),
    ),
)
