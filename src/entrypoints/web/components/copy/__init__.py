"""A button that copies a text."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Copy(Component):
    """A button that copies a text that is hard to type; there is none without script."""

    template: ClassVar = "copy/copy.html"

    text: str
