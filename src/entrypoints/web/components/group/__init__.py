"""Fields about one thing that not everybody needs, which open where one wants them."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.components.check import Check
from entrypoints.web.components.field import Field
from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    """Fields about one thing that not everybody needs. It is open if something of it is chosen, typed or wrong."""

    template: ClassVar = "group/group.html"

    name: str
    fields: tuple[Field | Check, ...]
    hint: str = ""
