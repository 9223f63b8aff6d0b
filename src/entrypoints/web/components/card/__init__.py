"""A part of a page on paper, with a title if it has one."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Card(Component):
    """A part of a page on paper, with a title if it has one."""

    template: ClassVar = "card/card.html"
    takes_content: ClassVar = True

    title: str = ""
    hint: str = ""
