"""The last step: who books, and what is booked."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import STEPS, Choice, StepLink, step_links, summary
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.policies import policy_sentences

PHONE: Final = "phone"
NAME: Final = "name"
CODE: Final = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a visitor has typed about themselves."""

    name: str = ""
    phone: str = ""
    code_sent: bool = False


@dataclass(frozen=True, kw_only=True)
class YouPage(PageModel):
    """Who books, and what is booked."""

    template: ClassVar = "booking/you.html"
    steps: tuple[StepLink, ...]
    summary: str
    when: str
    price: str
    deposit: str
    policy: tuple[str, ...]
    action: str
    hidden: tuple[tuple[str, str], ...]
    """What was chosen, for the form."""
    signed_in: bool
    typed: Typed
    button: str
    error: str
    other_times: str
    """Where other times are."""


def you_page(
    choice: Choice,
    facts: ProviderPage,
    start: datetime,
    page: Page,
    *,
    csrf: str = "",
    typed: Typed | None = None,
    error: DomainError | None = None,
) -> YouPage:
    """The page; with `csrf` of somebody who is signed in."""
    say, formats, terms = page.say, page.formats, facts.view.terms
    offered = choice.offered(facts)
    price = sum(each.price.amount for each in offered) if offered else terms.price.amount
    deposit = sum(each.deposit.amount for each in offered) if offered else terms.deposit.amount
    currency = offered[0].price.currency if offered else terms.price.currency
    typed = typed or Typed()
    ready = bool(csrf) or typed.code_sent
    return YouPage(
        title=say(Phrase("Almost done")),
        robots="noindex",
        steps=step_links(STEPS[2], choice, facts, page),
        summary=summary(choice, facts, page),
        when=say.values.time(LocalTime(start, facts.view.time_zone)),
        price=formats.money(Money(amount=price, currency=currency)),
        deposit=formats.money(Money(amount=deposit, currency=currency)) if deposit else "",
        policy=tuple(policy_sentences(terms.cancellation, say)),
        action=page.link(f"/book/{facts.view.profile.id}/you"),
        hidden=(
            *(("service", str(each)) for each in choice.services),
            ("slot", start.isoformat()),
            *([("csrf", csrf)] if csrf else []),
        ),
        signed_in=bool(csrf),
        typed=typed,
        button=say(Phrase("Book")) if ready else say(Phrase("Send me a code")),
        error="" if error is None else say.error(error),
        other_times=page.link(f"/book/{facts.view.profile.id}/time", **choice.query(slot=None)),
    )
