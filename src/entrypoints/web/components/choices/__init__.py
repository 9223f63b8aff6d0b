"""One of several values, as radio buttons."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Choices(Component):
    """One of several values, as radio buttons."""

    template: ClassVar = "choices/choices.html"

    name: str
    legend: str
    options: tuple[tuple[str, str, str], ...]
    """Values, their texts, and what a screen reader says instead; empty: the text."""
    value: str = ""
    error: str = ""
