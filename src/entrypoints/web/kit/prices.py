"""What a price comes about from."""

from typing import Protocol

from booking_domain.bookings.pricing import Discount
from booking_domain.shared.money import Money
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.pages import Page


class Priced(Protocol):
    """A quote, or a booking."""

    @property
    def list_price(self) -> Money: ...
    @property
    def discounts(self) -> tuple[Discount, ...]: ...


def price_rows(priced: Priced, page: Page) -> tuple[tuple[str, str], ...]:
    """The price before discounts, and what each takes off; nothing without discounts."""
    if not priced.discounts:
        return ()
    discounts = ((each.label, page.formats.less(each.amount)) for each in priced.discounts)
    return ((page.say(Phrase("Full price")), page.formats.money(priced.list_price)), *discounts)
