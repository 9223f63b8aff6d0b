"""The last step: who books, and what is booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import STEPS, Choice, StepLink, step_links, summary
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.policies import policy_sentences

PHONE: Final = "phone"
NAME: Final = "name"
CODE: Final = "code"
INSTEAD: Final = "instead"


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
    kept: str
    """Until when the time is kept for the visitor."""
    others: tuple[tuple[str, str], ...]
    """Other times in place of a lost one: the value of the button, and its text."""


def you_page(
    choice: Choice,
    facts: ProviderPage,
    start: datetime,
    page: Page,
    *,
    csrf: str = "",
    typed: Typed | None = None,
    error: DomainError | None = None,
    others: Sequence[datetime] = (),
) -> YouPage:
    """The page; with `csrf` of somebody who is signed in."""
    say, formats, terms = page.say, page.formats, facts.view.terms
    offered = choice.offered(facts)
    price = sum(each.price.amount for each in offered) if offered else terms.price.amount
    deposit = sum(each.deposit.amount for each in offered) if offered else terms.deposit.amount
    currency = offered[0].price.currency if offered else terms.price.currency
    local = start.astimezone(time_zone(facts.view.time_zone))
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
            *choice.hidden(day=None, slot=start.isoformat()),
            *([("csrf", csrf)] if csrf else []),
        ),
        signed_in=bool(csrf),
        typed=typed,
        button=say(Phrase("Book")) if ready else say(Phrase("Send me a code")),
        error="" if error is None else say.error(error),
        other_times=page.link(
            f"/book/{facts.view.profile.id}/time", **choice.query(slot=None, until=None, day=local.date().isoformat())
        ),
        kept=say(Phrase("Kept for you until {time}."), time=formats.clock(choice.until.astimezone(local.tzinfo)))
        if choice.until is not None and error is None
        else "",
        others=tuple((each.isoformat(), formats.moment(each.astimezone(local.tzinfo), date.min)) for each in others),
    )
