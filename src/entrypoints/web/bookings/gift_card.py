"""Paying a booking by gift card: its code, then what it would pay and what stays on it, then paying."""

from typing import Final

from booking_domain.gift_cards.model import MAX_CODE_TEXT, GiftCard
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.cancel import booking_line
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page

CODE: Final = "code"
AMOUNT: Final = "amount"


def code_field(code: str, page: Page, *, required: bool = True) -> Field:
    """Where the code of a gift card is written."""
    return Field(
        name=CODE,
        label=page.say(Phrase("Code of the gift card")),
        value=code[:MAX_CODE_TEXT],
        autocomplete="off",
        required=required,
    )


def gift_card_page(acting: Acting, page: Page, *, code: str = "") -> FormPage:
    """The page that asks for the code."""
    say, due = page.say, acting.booking.quote.at_desk
    return FormPage(
        title=say(Phrase("Pay with a gift card")),
        lead=booking_line(acting, page),
        facts=(say(Phrase("{amount} is to be paid."), amount=page.formats.money(due)),),
        action=page.link(f"{acting.path}/gift-card"),
        fields=(hidden("csrf", acting.csrf), code_field(code, page)),
        button=say(Phrase("Look at the card")),
        links=((say(Phrase("Back to the booking")), page.link(acting.path)),),
    )


def gift_card_question(acting: Acting, card: GiftCard, page: Page) -> FormPage:
    """The page that says what the card would pay; the amount goes with the form, so that nothing else is paid."""
    say, money = page.say, page.formats.money
    share = card.share(acting.booking.quote.at_desk)
    rest, missing = card.balance - share, acting.booking.quote.at_desk - share
    facts = [say(Phrase("The card pays {amount}."), amount=money(share))]
    if rest:
        facts.append(say(Phrase("{amount} stays on it."), amount=money(rest)))
    else:
        facts.append(say(Phrase("Then nothing is left on it.")))
    if missing:
        facts.append(say(Phrase("{amount} remains to be paid in another way."), amount=money(missing)))
    return FormPage(
        title=say(Phrase("Pay with a gift card")),
        lead=booking_line(acting, page),
        facts=tuple(facts),
        action=page.link(f"{acting.path}/gift-card"),
        fields=(hidden("csrf", acting.csrf), hidden(CODE, card.code), hidden(AMOUNT, str(share.amount))),
        button=say(Phrase("Pay {amount} with the card"), amount=money(share)),
        links=((say(Phrase("Back to the booking")), page.link(acting.path)),),
    )
