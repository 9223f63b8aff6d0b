"""The price at the last step: the code of a promotion, and what was shown."""

from typing import Final

from booking_domain.bookings.pricing import PriceBreakdown
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import PROMOTION
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import hidden
from entrypoints.web.kit.pages import Page

SHOWN: Final = "shown_price"
"""The price that was shown, in minor units: nothing is booked at another."""


def code_field(code: str, page: Page) -> Field:
    """Where the code of a promotion is written."""
    return Field(name=PROMOTION, label=page.say(Phrase("Promotion code")), value=code, autocomplete="off")


def shown_price(breakdown: PriceBreakdown) -> Field:
    """The price that is shown, for the form."""
    return hidden(SHOWN, str(breakdown.price.amount))
