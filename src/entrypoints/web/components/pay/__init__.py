"""How an open payment is made: a QR code, the apps of banks, a page of the gateway, a card."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Pay(Component):
    """How an open payment is made. A script removes it once the payment is no longer open."""

    template: ClassVar = "pay/pay.html"

    amount: str
    qr: str = ""
    """The dark modules of the QR code as a path of SVG; empty without one."""
    size: int = 0
    """How many modules are in a row."""
    banks: tuple[tuple[str, str], ...] = ()
    """Links that open the payment in the apps of banks: names and addresses."""
    checkout: str = ""
    """The page of the gateway; empty without one."""
    card_key: str = ""
    """The account at the gateway to which a card is entered; empty: none is."""
    card_secret: str = ""
    """What the gateway's script opens the payment with."""
