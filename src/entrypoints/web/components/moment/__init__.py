"""A moment, for people and for programs."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Time(Component):
    """A moment, for people and for programs."""

    template: ClassVar = "moment/moment.html"

    text: str
    at: str
    """ISO 8601, with an offset."""
