"""One's plans: the state of each, and where it can be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from booking_domain.plans.model import Plan
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.packages.place import Link
from entrypoints.web.plans.plan import state_of

MOST: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """A plan."""

    name: str
    where: str
    state: str
    href: str


@dataclass(frozen=True, kw_only=True)
class PlansPage(PageModel):
    """One's plans."""

    template: ClassVar = "plans/plans.html"
    robots: str = "noindex"
    plans: tuple[OwnPlan, ...]
    older: str
    """Where older plans are; empty: there are none."""
    account: str


def plans_page(plans: Sequence[Plan], places: Mapping[UUID | None, Link], page: Page) -> PlansPage:
    """The page; `plans`: the newest, and one more if there are older ones."""
    shown = plans[:MOST]
    return PlansPage(
        title=page.say(Phrase("My plans")),
        plans=tuple(
            OwnPlan(
                name=each.name,
                where=places.get(each.salon_id or each.provider_id, ("", ""))[0],
                state=state_of(each, page),
                href=page.link(f"/plans/{each.id}"),
            )
            for each in shown
        ),
        older=page.link("/plans", after=shown[-1].id) if len(plans) > MOST else "",
        account=page.link("/account"),
    )
