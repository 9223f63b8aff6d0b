"""Buying a package: what is in it, what it costs, where it is used."""

from datetime import timedelta
from typing import Final

from booking_domain.packages.model import PackageOffer
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page
from entrypoints.web.packages.offers import OFFER, contents
from entrypoints.web.packages.place import Place

_RETURN: Final = Plural(
    "You can return it within {count} day, as long as no visit is used or booked.",
    "You can return it within {count} days, as long as no visit is used or booked.",
)


def buy_page(offer: PackageOffer, place: Place, page: Page, *, csrf: str, refundable_for: timedelta) -> FormPage:
    """The page."""
    say, price = page.say, page.formats.money(offer.price)
    return FormPage(
        title=say(Phrase("Buy the package “{name}”"), name=isolated(offer.name)),
        lead=say(Phrase("It is used at: {place}."), place=isolated(place.name)),
        accent=place.accent,
        facts=(
            *contents(offer, place.services, page),
            say(Phrase("It costs {price}."), price=price),
            *((say.count(_RETURN, refundable_for.days),) if refundable_for.days else ()),
        ),
        action=page.link("/packages/new"),
        fields=(hidden("csrf", csrf), hidden(OFFER, str(offer.id))),
        button=say(Phrase("Continue to the payment")),
        links=((say(Phrase("Back to {place}"), place=isolated(place.name)), page.link(place.path)),),
    )
