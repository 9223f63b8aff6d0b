"""What a place sells beside appointments, e.g. packages of visits."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """One of them."""

    name: str
    text: str = ""
    """What its seller says of it."""
    facts: tuple[str, ...]
    price: str
    href: str
    """Where it is bought."""


@dataclass(frozen=True, kw_only=True)
class Offers(Component):
    """What a place sells of one kind."""

    template: ClassVar = "offers/offers.html"

    anchor: str
    """The name of this part of the page."""
    title: str
    button: str
    rows: tuple[OfferRow, ...]
