"""What opens above the page at a click. Without script its opener is a link to the same content in the page."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Dialog(Component):
    """What opens above the page at a click. Without script its opener is a link to the same content in the page."""

    template: ClassVar = "dialog/dialog.html"
    takes_content: ClassVar = True

    id: str
    title: str
    opener: str
    close: str
