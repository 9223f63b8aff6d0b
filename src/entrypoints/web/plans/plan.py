"""A plan of who is signed in: its state, what the next period costs and when, and what can be done with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.packages.model import Package
from booking_domain.payments.orders import Order
from booking_domain.plans.model import Plan, PlanAction, PlanEnd, PlanOffer, PlanParty, PlanStatus
from booking_domain.shared.time import local_time
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.packages.ordered import booking_of, has_visits, visits_left
from entrypoints.web.packages.place import Place
from entrypoints.web.plans.offers import period_price

_STATES: Final = {
    PlanStatus.ORDERED: Phrase("It starts once its first period is paid."),
    PlanStatus.ACTIVE: Phrase("It runs until you end it."),
    PlanStatus.OVERDUE: Phrase("Its next period is not paid."),
    PlanStatus.PAUSED: Phrase("It is paused. What is paid can be used until its end."),
    PlanStatus.ENDING: Phrase("It is not renewed. What is paid can be used until its end."),
}
_ENDS: Final = {
    PlanEnd.CANCELLED: Phrase("You have ended it."),
    PlanEnd.BY_SELLER: Phrase("The place has ended it."),
    PlanEnd.UNPAID: Phrase("It has ended because it was not paid."),
    PlanEnd.REFUNDED: Phrase("It has ended because it was returned."),
    PlanEnd.OFFER_ENDED: Phrase("It has ended because it is no longer offered."),
    PlanEnd.ACCOUNT_CLOSED: Phrase("It has ended with the account."),
}
_UNPAID: Final = frozenset({PlanStatus.ORDERED, PlanStatus.OVERDUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPlan:
    """A plan with what its customer has of it."""

    plan: Plan
    offer: PlanOffer
    order: Order | None
    """Of the next period, once there is one."""
    paid: Order | None
    """Of the period that was paid last."""
    package: Package | None
    """The visits of that period."""
    place: Place

    def day(self, at: datetime | None, page: Page) -> str:
        """A day on which something happens to it."""
        return "" if at is None else page.say.values.day(local_time(at, self.offer.time_zone).date())

    def may(self, action: PlanAction) -> bool:
        """Whether its customer can do this with it."""
        return self.plan.may(action, PlanParty.CUSTOMER)

    def over(self, now: datetime) -> bool:
        """Whether nothing is left of the period that was paid last."""
        return self.plan.ends_at is None or self.plan.ends_at <= now

    @property
    def may_end(self) -> bool:
        """Whether its customer can end it, now or with its period."""
        return self.may(PlanAction.CANCEL) or self.may(PlanAction.END)


@dataclass(frozen=True, kw_only=True)
class PlanPage(PageModel):
    """A plan."""

    template: ClassVar = "plans/plan.html"
    robots: str = "noindex"
    text: str
    next: str
    """What the next period costs, and when; empty: there is none."""
    error: str
    pay: str
    """Where the next period is paid; empty: not now."""
    pay_text: str
    facts: tuple[tuple[str, str], ...]
    actions: tuple[tuple[str, str], ...]
    change: str
    """Where it is paused or resumed; empty: neither can be done."""
    change_text: str
    end: str
    """Where it is ended; empty: it has, or will."""
    csrf: str
    all: str


def plan_page(held: HeldPlan, page: Page, *, csrf: str, now: datetime, error: str = "") -> PlanPage:
    """The page."""
    say, plan = page.say, held.plan
    path = f"/plans/{plan.id}"
    due = held.order if held.order is not None and (plan.status in _UNPAID or plan.method is None) else None
    resumes = held.may(PlanAction.RESUME)
    return PlanPage(
        title=plan.name,
        accent=held.place.accent,
        text=state_of(plan, page),
        next=next_period(held, page, now=now),
        error=error,
        pay="" if due is None else page.link(f"/orders/{due.id}"),
        pay_text="" if due is None else say(Phrase("Pay {amount}"), amount=page.formats.money(due.amount)),
        facts=tuple(_facts(held, page, now=now)),
        actions=tuple(_actions(held, page, now=now)),
        change=page.link(f"{path}/{PlanAction.RESUME if resumes else PlanAction.PAUSE}")
        if resumes or held.may(PlanAction.PAUSE)
        else "",
        change_text=say(Phrase("Let it go on")) if resumes else say(Phrase("Pause it")),
        end=page.link(f"{path}/cancel") if held.may_end else "",
        csrf=csrf,
        all=page.link("/plans"),
    )


def state_of(plan: Plan, page: Page) -> str:
    """The state of a plan in a sentence."""
    if plan.status is PlanStatus.ENDED:
        return page.say(_ENDS[plan.end_reason or PlanEnd.CANCELLED])
    return page.say(_STATES[plan.status])


def next_period(held: HeldPlan, page: Page, *, now: datetime) -> str:
    """What the next period costs and when, or when the plan ends; empty: neither."""
    plan, phrase = held.plan, _next(held, now)
    if phrase is None:
        return ""
    price = page.formats.money(held.offer.price if held.order is None else held.order.amount)
    card = "" if plan.method is None else plan.method.label
    at = plan.given_up_at if plan.status is PlanStatus.OVERDUE else plan.due_at or plan.ends_at
    return page.say(phrase, price=price, card=card, day=held.day(at, page))


def _next(held: HeldPlan, now: datetime) -> Phrase | None:
    plan = held.plan
    if plan.status is PlanStatus.ACTIVE:
        return _renewal(held)
    if plan.status is PlanStatus.OVERDUE:
        return _overdue(plan)
    if plan.status is PlanStatus.PAUSED:
        return (
            Phrase("If it goes on, {price} is due at once.")
            if held.over(now)
            else Phrase("If it goes on, {price} is due on {day}.")
        )
    return Phrase("It ends on {day}.") if plan.status is PlanStatus.ENDING else None


def _renewal(held: HeldPlan) -> Phrase:
    if held.offer.ended_at is not None or not held.place.path:
        return Phrase("It is no longer offered, so it ends on {day}.")
    if held.plan.method is not None:
        return Phrase("The next period costs {price}. It is charged to {card} on {day}.")
    if held.order is None:
        return Phrase("The next period costs {price}. You can pay it here in the week before {day}.")
    return Phrase("The next period costs {price}. Please pay it by {day}.")


def _overdue(plan: Plan) -> Phrase:
    if plan.asking:
        return Phrase("{price} is being charged to {card}.")
    if plan.method is not None:
        return Phrase(
            "{price} could not be charged to {card}. Pay it here, or enter another card: else it ends on {day}."
        )
    return Phrase("{price} is due. If it is not paid, the plan ends on {day}.")


def _facts(held: HeldPlan, page: Page, *, now: datetime) -> Iterator[tuple[str, str]]:
    say, plan = page.say, held.plan
    if held.place.name:
        yield say(Phrase("Used at")), held.place.name
    yield say(Phrase("Price")), period_price(held.offer, held.offer.price, page)
    if held.package is not None and has_visits(held.package, now):
        yield from visits_left(held.package, page)
    if plan.live and plan.method is not None:
        yield say(Phrase("Charged to")), plan.method.label


def _actions(held: HeldPlan, page: Page, *, now: datetime) -> Iterator[tuple[str, str]]:
    say, plan = page.say, held.plan
    if has_visits(held.package, now):
        yield from booking_of(held.package, held.place, page)
    if plan.live and plan.method is not None and page.site.cards is not None:
        yield say(Phrase("Enter another card")), page.link(f"/plans/{plan.id}/card")
    if held.paid is not None:
        yield say(Phrase("Show the order")), page.link(f"/orders/{held.paid.id}")


def end_page(held: HeldPlan, page: Page, *, csrf: str, now: datetime) -> FormPage:
    """Ask whether to end it, and say what is left then."""
    say, day = page.say, held.day(held.plan.ends_at, page)
    left = (
        (say(Phrase("It ends at once, and nothing more is to be paid.")),)
        if held.over(now) or not held.may(PlanAction.CANCEL)
        else (
            say(Phrase("It is not renewed. What is paid can be used until {day}."), day=day),
            say(Phrase("Until then you can let it go on.")),
        )
    )
    return FormPage(
        title=say(Phrase("End the plan “{name}”?"), name=isolated(held.plan.name)),
        accent=held.place.accent,
        facts=left,
        action=page.link(f"/plans/{held.plan.id}/cancel"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("End the plan")),
        links=((say(Phrase("Keep the plan")), page.link(f"/plans/{held.plan.id}")),),
    )
