"""Taking a plan: what each period has and costs, how it is paid, and how the plan ends."""

from collections.abc import Collection
from typing import Final

from booking_domain.plans.model import PlanOffer
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page
from entrypoints.web.packages.offers import OFFER
from entrypoints.web.packages.place import Place
from entrypoints.web.plans.offers import contents, period_price

_KEPT: Final = Phrase("The payment service keeps your card, and each period is charged to it.")
_EACH: Final = Phrase("You pay each period yourself. What is not paid ends the plan.")
_EITHER: Final = Phrase(
    "If you pay by card, the payment service keeps it for later periods. Otherwise you pay each period yourself."
)
_PAID: Final = {(True, True): _EITHER, (True, False): _KEPT, (False, True): _EACH, (False, False): _EACH}
"""How periods are paid, by whether some gateways keep cards, and whether some do not."""


def take_page(offer: PlanOffer, place: Place, page: Page, *, csrf: str, keep_cards: Collection[bool]) -> FormPage:
    """The page; `keep_cards`: whether the gateways that the customer can choose charge later periods to a card."""
    say = page.say
    return FormPage(
        title=say(Phrase("Take the plan “{name}”"), name=isolated(offer.name)),
        lead=say(Phrase("It is used at: {place}."), place=isolated(place.name)),
        accent=place.accent,
        facts=(
            *((isolated(offer.text),) if offer.text else ()),
            *contents(offer, place.services, page),
            say(Phrase("It costs {price}."), price=period_price(offer, offer.price, page)),
            say(Phrase("Visits that you do not use expire with their period.")),
            say(_PAID[True in keep_cards, False in keep_cards]),
            say(
                Phrase("A week before each period you are told what it costs. You can pause or end the plan any time.")
            ),
        ),
        action=page.link("/plans/new"),
        fields=(hidden("csrf", csrf), hidden(OFFER, str(offer.id))),
        button=say(Phrase("Continue to the payment")),
        links=(
            (say(Phrase("Back to {place}"), place=isolated(place.name)), page.link(place.path)),
            (say(Phrase("My plans")), page.link("/plans")),
        ),
    )
