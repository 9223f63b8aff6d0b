"""The invitations of salons: what accepting means, and what can be done with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.catalogue.salons import Salon
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import DomainError
from booking_domain.use_cases.catalogue.salon_queries import OpenInvitation
from booking_domain.use_cases.platform.views import Invitation
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import hidden
from entrypoints.web.kit.pages import Page, PageModel

INVITATIONS: Final = "/join/salons"
ACCEPTED: Final = "accepted"
_DONE: Final = {
    ACCEPTED: Phrase("You are a member of the salon now."),
    "declined": Phrase("You have declined the invitation."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation of a salon."""

    salon: str
    facts: tuple[str, ...]
    accept: str
    """Where it is accepted; empty: not by who looks."""
    decline: str


@dataclass(frozen=True, kw_only=True)
class JoinPage(PageModel):
    """The invitations of salons."""

    template: ClassVar = "join/join.html"
    facts: tuple[str, ...]
    """What accepting means, or why it is not possible."""
    done: str
    """What has just happened."""
    error: str
    invitations: tuple[Invited, ...]
    none: str
    sign_in: str
    """Where who is not signed in does so."""
    csrf: Field


def join_page(
    linked: OpenInvitation | None,
    listed: Sequence[Invitation],
    page: Page,
    *,
    actor: Actor | None,
    csrf: str,
    error: DomainError | None = None,
) -> JoinPage:
    """The page: the invitation whose link was followed, and those to the profile and the contacts of who looks."""
    say, done = page.say, page.asked("done")
    provider = actor is not None and actor.role is Role.PROVIDER
    own = {each.salon.id for each in listed}
    found = [_listed(each.salon, page) for each in listed]
    if linked is not None and linked.salon.id not in own:
        found.insert(0, _linked(linked, page, possible=provider))
    return JoinPage(
        title=say(Phrase("Invitations of salons")),
        robots="noindex",
        facts=tuple(say(each) for each in _facts(actor, found)),
        done=say(_DONE[done]) if done in _DONE else "",
        error="" if error is None else say.error(error),
        invitations=tuple(found),
        none=say(Phrase("No invitation waits for you")),
        sign_in=page.link("/sign-in", next=INVITATIONS) if actor is None else "",
        csrf=hidden("csrf", csrf),
    )


def _facts(actor: Actor | None, found: Sequence[Invited]) -> Sequence[Phrase]:
    if actor is not None and actor.role is not Role.PROVIDER:
        return (Phrase("Members of salons are providers. Sign in with the account of a provider to accept."),)
    if not found:
        return ()
    return (
        Phrase("As a member you are open only while the salon is open."),
        Phrase("Its manager sees your bookings and what is paid for them, and can change your hours and services."),
    )


def _linked(invitation: OpenInvitation, page: Page, *, possible: bool) -> Invited:
    salon = invitation.salon
    until = page.say.values.time(LocalTime(invitation.link.expires_at, salon.time_zone))
    return Invited(
        salon=salon.name,
        facts=(*_place(salon), page.say(Phrase("Until {until}"), until=until)),
        accept=page.link("/join/accept") if possible else "",
        decline="",
    )


def _listed(salon: Salon, page: Page) -> Invited:
    return Invited(
        salon=salon.name,
        facts=_place(salon),
        accept=page.link(f"/join/{salon.id}/accept"),
        decline=page.link(f"/join/{salon.id}/decline"),
    )


def _place(salon: Salon) -> tuple[str, ...]:
    place = ", ".join(filter(None, (salon.address, salon.city)))
    return (place,) if place else ()
