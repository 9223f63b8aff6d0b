"""An amount, isolated from the text around it."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Price(Component):
    """An amount, isolated from the text around it."""

    template: ClassVar = "price/price.html"

    text: str
    before: str = ""
    """What stands before it, as "from"."""
