"""A link that looks like a button, or a button that sends its form."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Button(Component):
    """A link that looks like a button, or a button that sends its form."""

    template: ClassVar = "button/button.html"

    text: str
    href: str | None = None
    """Where it leads; None: it sends the form."""
    kind: Literal["primary", "plain", "quiet"] = "primary"
    name: str | None = None
    value: str = ""
    incomplete: bool = False
    """Whether it sends a form in which required fields may be empty yet."""
    disabled: bool = False
    describes: str | None = None
    """What it does in full, if its text says it only beside what is around it."""
