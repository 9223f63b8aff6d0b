"""Examples of this component."""

from typing import Final

from entrypoints.web.booking.flow import StepLink
from entrypoints.web.components.steps import Steps
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "second of three",
        Steps(
            label="Steps",
            steps=(
                StepLink(text="Service", href="#", current=False, done=True),
                StepLink(text="Time", href="", current=True, done=False),
                StepLink(text="You", href="", current=False, done=False),
            ),
        ),
    ),
)
