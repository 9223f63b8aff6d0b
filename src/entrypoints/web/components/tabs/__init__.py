"""Links between views of the same thing, each with an address."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Tabs(Component):
    """Links between views of the same thing, each with an address."""

    template: ClassVar = "tabs/tabs.html"

    label: str
    items: tuple[tuple[str, str], ...]
    """Texts and addresses."""
    current: str
    """The address of the present view."""
