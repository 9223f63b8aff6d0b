"""What an example of a component is: the style guide, axe and the tests read the same ones."""

from dataclasses import dataclass

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, slots=True)
class Example:
    """A component with parameters, under a name."""

    name: str
    component: Component
    content: str = ""
    """What stands in it, of one that takes content."""
