"""The invitations of salons: what accepting means, and what can be done with each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.catalogue.salons import Salon
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import DomainError
from booking_domain.use_cases.catalogue.salon_queries import OpenInvitation
from booking_domain.use_cases.platform.views import Invitation
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.zones import zone_field
from entrypoints.web.session.sign_in import INVITATIONS

PROFILE: Final = "/join/profile"
NAME: Final = "display_name"
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
    begin: str
    """The page that is before accepting it; empty: none."""


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
    sign_out: str
    """Where a customer signs out, to join as a provider."""
    onward: Field
    csrf: Field


def join_page(
    linked: OpenInvitation | None,
    listed: Sequence[Invitation],
    page: Page,
    *,
    actor: Actor | None,
    profile: bool,
    csrf: str,
    error: DomainError | None = None,
) -> JoinPage:
    """The page: the invitation whose link was followed, and those to the profile and the contacts of who looks.

    `profile` says whether they have one, which members need.
    """
    say, done = page.say, page.asked("done")
    provider = actor is not None and actor.role is Role.PROVIDER
    own = {each.salon.id for each in listed}
    found = [_listed(each.salon, page, profile=profile) for each in listed]
    if linked is not None and linked.salon.id not in own:
        found.insert(0, _linked(linked, page, possible=provider, profile=profile))
    return JoinPage(
        title=say(Phrase("Invitations of salons")),
        robots="noindex",
        facts=tuple(say(each) for each in _facts(actor, found)),
        done=say(_DONE[done]) if done in _DONE else "",
        error="" if error is None else say.error(error),
        invitations=tuple(found),
        none=say(Phrase("No invitation waits for you")),
        sign_in=page.link("/sign-in", next=INVITATIONS) if actor is None else "",
        sign_out=page.link("/sign-out") if found and actor is not None and not provider else "",
        onward=hidden("next", f"/sign-in?next={INVITATIONS}"),
        csrf=hidden("csrf", csrf),
    )


def _facts(actor: Actor | None, found: Sequence[Invited]) -> Sequence[Phrase]:
    if actor is not None and actor.role is not Role.PROVIDER:
        return (Phrase("Members of salons are providers. With another e-mail address or number you can join as one."),)
    if not found:
        return ()
    return (
        Phrase("As a member you are open only while the salon is open."),
        Phrase("Its manager sees your bookings and what is paid for them, and can change your hours and services."),
    )


def _linked(invitation: OpenInvitation, page: Page, *, possible: bool, profile: bool) -> Invited:
    salon = invitation.salon
    until = page.say.values.time(LocalTime(invitation.link.expires_at, salon.time_zone))
    return Invited(
        salon=salon.name,
        facts=(*_place(salon), page.say(Phrase("Until {until}"), until=until)),
        accept=page.link("/join/accept") if possible and profile else "",
        decline="",
        begin=page.link(PROFILE) if possible and not profile else "",
    )


def _listed(salon: Salon, page: Page, *, profile: bool) -> Invited:
    return Invited(
        salon=salon.name,
        facts=_place(salon),
        accept=page.link(f"/join/{salon.id}/accept") if profile else "",
        decline=page.link(f"/join/{salon.id}/decline"),
        begin="" if profile else page.link(PROFILE),
    )


def _place(salon: Salon) -> tuple[str, ...]:
    place = ", ".join(filter(None, (salon.address, salon.city)))
    return (place,) if place else ()


def profile_page(name: str, zone: str, page: Page, *, csrf: str, now: datetime) -> FormPage:
    """What customers see of a provider who has no profile yet."""
    say = page.say
    return FormPage(
        title=say(Phrase("How customers see you")),
        lead=say(Phrase("A member needs a profile. You can add the rest of it later.")),
        action=page.link(PROFILE),
        fields=(
            hidden("csrf", csrf),
            Field(
                name=NAME,
                label=say(Phrase("Your name, as customers read it")),
                value=name,
                autocomplete="name",
                required=True,
            ),
            zone_field(page, value=zone, hint=say(Phrase("Your working hours are on this clock.")), now=now),
        ),
        button=say(Phrase("Continue")),
        links=((say(Phrase("Back")), page.link(INVITATIONS)),),
    )
