"""Examples of this component."""

from typing import Final

from entrypoints.web.components.offers import OfferRow, Offers
from entrypoints.web.kit.examples import Example

_FIVE: Final = OfferRow(
    name="Five visits",
    text="With any of our barbers.",
    facts=("5 visits, ₮64,000 each", "For 365 days", "Haircut, Beard"),
    price="₮320,000",
    href="/en/styleguide",
)
EXAMPLES: Final = (
    Example("a package", Offers(anchor="packages", title="Packages of visits", button="Buy", rows=(_FIVE,))),
)
