"""Something to choose, with what there is to know about it."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Check(Component):
    """Something to choose, with what there is to know about it."""

    template: ClassVar = "check/check.html"

    name: str
    value: str
    label: str
    about: str = ""
    aside: str = ""
    """As its length."""
    price: str = ""
    checked: bool = False
    single: bool = False
    """Whether only one with this name can be chosen."""
    error: str = ""
