"""Examples of this component."""

from typing import Final

from entrypoints.web.components.choices import Choices
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "stars",
        Choices(
            name="rating",
            legend="How was it?",
            options=(("4", "★★★★☆", "4 of 5 stars"), ("5", "★★★★★", "5 of 5 stars")),
            value="5",
        ),
    ),
    Example(
        "error",
        Choices(name="time", legend="Times", options=(("1", "10:00", ""),), error="Choose one."),
    ),
)
