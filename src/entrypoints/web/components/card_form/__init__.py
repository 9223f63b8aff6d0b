"""A form of the gateway's script in which a card is entered, to pay with it or to have it kept."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class CardForm(Component):
    """A form in which a card is entered. Without script it says that it needs one."""

    template: ClassVar = "card_form/card_form.html"

    key: str
    """The account at the gateway."""
    secret: str
    """What the gateway's script opens the form with."""
    button: str
    sent: str
    """What stands there once the card is entered."""
    kept: str = ""
    """The page that goes on once the gateway keeps the card; empty: the card pays."""
