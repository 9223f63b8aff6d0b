"""Another card for a plan: asking for one, entering it, and using it."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.languages.documents import Phrase
from entrypoints.web.components.card_form import CardForm
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.policy import Cards
from entrypoints.web.plans.plan import HeldPlan


@dataclass(frozen=True, kw_only=True)
class CardPage(PageModel):
    """The form of the payment service."""

    template: ClassVar = "plans/card.html"
    robots: str = "noindex"
    form: CardForm
    plan: str


def ask_page(held: HeldPlan, page: Page, *, csrf: str) -> FormPage:
    """What is charged now, and a button that opens a form for another."""
    say, plan = page.say, held.plan
    card = "" if plan.method is None else plan.method.label
    return FormPage(
        title=say(Phrase("Another card for “{name}”"), name=isolated(plan.name)),
        accent=held.place.accent,
        facts=(
            *((say(Phrase("Now it is charged to {card}."), card=card),) if card else ()),
            say(Phrase("Your card goes to the payment service alone, not to us.")),
        ),
        action=page.link(f"/plans/{plan.id}/card"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("Enter another card")),
        links=((say(Phrase("Back to the plan")), page.link(f"/plans/{plan.id}")),),
    )


def card_page(held: HeldPlan, secret: str, cards: Cards, page: Page) -> CardPage:
    """The form in which the card is entered."""
    say, path = page.say, f"/plans/{held.plan.id}"
    return CardPage(
        title=say(Phrase("Another card for “{name}”"), name=isolated(held.plan.name)),
        accent=held.place.accent,
        card_script=cards.script,
        form=CardForm(
            key=cards.key,
            secret=secret,
            button=say(Phrase("Keep this card")),
            sent=say(Phrase("The payment service keeps the card.")),
            kept=page.link(f"{path}/card/use"),
        ),
        plan=page.link(path),
    )


def use_page(held: HeldPlan, page: Page, *, csrf: str) -> FormPage:
    """Ask whether the plan is charged to the card that was entered."""
    say, plan = page.say, held.plan
    return FormPage(
        title=say(Phrase("Charge “{name}” to the card that you have entered?"), name=isolated(plan.name)),
        accent=held.place.accent,
        facts=(say(Phrase("A period that is due is charged soon.")),),
        action=page.link(f"/plans/{plan.id}/card/use"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("Use this card")),
        links=((say(Phrase("Enter another card")), page.link(f"/plans/{plan.id}/card")),),
    )
