"""The packages of visits that a place sells."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """A package that is sold."""

    name: str
    facts: tuple[str, ...]
    price: str
    href: str
    """Where it is bought."""


@dataclass(frozen=True, kw_only=True)
class Packages(Component):
    """The packages of visits that a place sells."""

    template: ClassVar = "packages/packages.html"

    rows: tuple[PackageRow, ...]
