"""What stands where there is nothing, with a way on."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class EmptyState(Component):
    """What stands where there is nothing, with a way on."""

    template: ClassVar = "empty_state/empty_state.html"

    title: str
    text: str = ""
    action: str = ""
    href: str = ""
