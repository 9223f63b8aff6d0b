"""Buying a gift card: how much, for whom, and where it is sent."""

from dataclasses import dataclass
from typing import Final

from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.environment import NAMES
from entrypoints.web.kit.forms import FormPage, hidden, said
from entrypoints.web.kit.pages import Page

PROVIDER: Final = "provider"
SALON: Final = "salon"
AMOUNT: Final = "amount"
NAME: Final = "name"
MESSAGE: Final = "message"
CONTACT: Final = "contact"
LANGUAGE: Final = "language"
DAY: Final = "day"
_FIELDS: Final = {"email": CONTACT, "phone": CONTACT, "deliver_at": DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Whose card is bought."""

    name: str
    """Empty: the card pays everywhere."""
    currency: str
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    accent: str = ""


def buy_page(seller: Seller, form: Form, page: Page, *, csrf: str) -> FormPage:
    """The page, with what was typed."""
    say = page.say
    lead = (
        say(Phrase("It pays at: {issuer}."), issuer=seller.name)
        if seller.name
        else say(Phrase("It pays at all places that are booked here."))
    )
    return FormPage(
        title=say(Phrase("Give a gift card")),
        lead=lead,
        accent=seller.accent,
        action=page.link("/gift-cards/new"),
        fields=(
            hidden("csrf", csrf),
            hidden(PROVIDER, str(seller.provider_id or "")),
            hidden(SALON, str(seller.salon_id or "")),
            Field(
                name=AMOUNT,
                label=say(Phrase("Amount in {currency}"), currency=say.values.currency(seller.currency)),
                value=said(form, AMOUNT),
                required=True,
            ),
            Field(name=NAME, label=say(Phrase("For whom (optional)")), value=said(form, NAME), autocomplete="off"),
            Field(
                name=MESSAGE,
                label=say(Phrase("A few words to them (optional)")),
                value=said(form, MESSAGE),
                multiline=True,
            ),
            Field(
                name=CONTACT,
                label=say(Phrase("Their e-mail address or phone (optional)")),
                hint=say(Phrase("The card is sent there. Without it you get the code, and print the card.")),
                value=said(form, CONTACT),
                autocomplete="off",
            ),
            Field(
                name=DAY,
                label=say(Phrase("On which day (optional)")),
                hint=say(Phrase("Without a day it is sent as soon as it is paid.")),
                value=said(form, DAY),
                type="date",
            ),
            Field(
                name=LANGUAGE,
                label=say(Phrase("Language of the card")),
                value=said(form, LANGUAGE) or page.language,
                choices=tuple((each, NAMES[each]) for each in LANGUAGES),
            ),
        ),
        button=say(Phrase("Continue to the payment")),
        links=((say(Phrase("All gift cards")), page.link("/gift-cards")),),
    )


def refused(shown: FormPage, error: DomainError, page: Page) -> FormPage:
    """The page with an error beside its field."""
    named = str(error.field_path[-1]) if error.field_path else ""
    return shown.failed(error, page, field=_FIELDS.get(named, named))
