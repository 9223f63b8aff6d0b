"""`/salons/{id}/invitations`: invitations by e-mail, text message or a link, and what their links open."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.catalogue.invitation_links import (
    TOKEN_LENGTH,
    InvitationLink,
    InvitationState,
)
from booking_domain.catalogue.salons import MAX_MEMBERS
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import InvitationLinkId, SalonId
from booking_domain.shared.languages import language_of
from booking_domain.shared.phones import masked_contact
from booking_domain.use_cases.catalogue import salon_queries as queries
from booking_domain.use_cases.catalogue.invitations import (
    InvitePerson,
    OneInvitation,
    accept_by_link,
    invite_person,
    send_invitation_again,
    withdraw_invitation,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import Email
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Locale, Phone, Timestamp, one_of
from entrypoints.http.kit.idempotency import COMPUTES, CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.salons.schemas import InvitedJson, invited_json
from entrypoints.settings.main import Settings


class InvitePersonBody(Body, frozen=True, kw_only=True):
    """Whom to invite: an e-mail address, a phone number, or neither for a link that the manager passes on."""

    email: Email | None = None
    phone: Phone | None = None
    most_uses: Annotated[int, Meta(ge=1, le=MAX_MEMBERS)] = 1
    """How many people can accept a link that is passed on."""
    language: Locale | None = None
    """Of the message, unless an account with this contact has another. Default: the language of the request."""


class TokenBody(Body, frozen=True, kw_only=True):
    """The token of an invitation: what follows `#` in its link."""

    token: Annotated[str, Meta(min_length=TOKEN_LENGTH, max_length=TOKEN_LENGTH)]


class InvitationLinkJson(Json, frozen=True, kw_only=True):
    """An invitation of a salon to a contact, or by a link."""

    id: UUID
    sent_to: str | None = None
    """Where it was sent; absent for a link that the manager passes on."""
    url: str | None = None
    """The link to pass on, while it is open; absent for an invitation that was sent to a contact."""
    link_token: str | None = None
    """The token in the link; absent likewise."""
    state: Annotated[str, one_of(InvitationState)]
    """What has become of it: `open` can be accepted."""
    most_uses: int
    """How many people can accept it."""
    uses: int
    """How many people have accepted it."""
    created_at: Timestamp
    sent_at: Timestamp | None = None
    """When it was last sent."""
    expires_at: Timestamp


class InvitationLinksJson(Json, frozen=True, kw_only=True):
    """The invitations of a salon to contacts and by links, newest first."""

    items: tuple[InvitationLinkJson, ...]


class OpenInvitationJson(Json, frozen=True, kw_only=True):
    """The salon that invites."""

    salon_id: UUID
    name: str
    """The name of the salon."""
    address: str
    city: str
    sent_to: str | None = None
    """The contact to which it was sent, masked."""
    expires_at: Timestamp


def _json(link: InvitationLink, clock: Clock, settings: Settings) -> InvitationLinkJson:
    passed_on = link.contact is None and link.is_open(clock.now())
    return InvitationLinkJson(
        id=link.id,
        sent_to=link.contact,
        url=f"{settings.web_url}/join#{link.link_token}" if passed_on and settings.web_url else None,
        link_token=link.link_token if passed_on else None,
        state=link.state(clock.now()).value,
        most_uses=link.most_uses,
        uses=link.uses,
        created_at=link.created_at,
        sent_at=link.sent_at,
        expires_at=link.expires_at,
    )


INVITE_PERSON: Final[dict[str, Any]] = {"email": "nomin@example.com"}
TOKEN: Final[dict[str, Any]] = {"token": "4fK2mQ9sT1vX7zB3nR6wYa"}


@post("/{salon_id:str}/invitations", opt=documented(invite_person, body=INVITE_PERSON, no_idempotency_key=CONFIDENTIAL))
async def invite_person_to_salon(
    salon_id: FromPath[SalonId],
    data: JSONBody[InvitePersonBody],
    *,
    request: Request[Any, Any, Any],
    run: Injected[Run],
    clock: Injected[Clock],
    settings: Injected[Settings],
) -> Response[InvitationLinkJson]:
    """Invite a person who may have no account: by e-mail, by text message, or by a link that you pass on.

    Who opens the link and has a provider's profile can accept. Who has verified the contact finds the invitation in
    `GET /salons/invitations`, also after signing up. The answer is the same whether or not an account has the contact.
    An invitation to a contact is for one person; a contact with an open one is sent nothing more.
    """
    command = InvitePerson(
        salon_id=salon_id,
        email=data.email,
        phone=data.phone,
        most_uses=data.most_uses,
        language=language_of(data.language, data.language) if data.language else language_for(request),
    )
    return await run(invite_person, command, answer=lambda link: _json(link, clock, settings))


@get("/{salon_id:str}/invitations", opt=documented(queries.list_invitation_links))
async def list_invitations_of_salon(
    salon_id: FromPath[SalonId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
    settings: Injected[Settings],
) -> InvitationLinksJson:
    """List the invitations of your salon to contacts and by links, newest first, until 30 days after they expire."""
    found = await queries.list_invitation_links(actor, salon_id, reads)
    return InvitationLinksJson(items=tuple(_json(each, clock, settings) for each in found))


@post(
    "/{salon_id:str}/invitations/{invitation_id:str}/resend",
    status_code=200,
    opt=documented(send_invitation_again, no_idempotency_key=CONFIDENTIAL),
)
async def send_salon_invitation_again(
    salon_id: FromPath[SalonId],
    invitation_id: FromPath[InvitationLinkId],
    *,
    run: Injected[Run],
    clock: Injected[Clock],
    settings: Injected[Settings],
) -> Response[InvitationLinkJson]:
    """Send an invitation again, also one that has expired: it is good for as long as a new one.

    At most once in five minutes.
    """
    command = OneInvitation(salon_id=salon_id, invitation_id=invitation_id)
    return await run(send_invitation_again, command, answer=lambda link: _json(link, clock, settings))


@delete("/{salon_id:str}/invitations/{invitation_id:str}", opt=documented(withdraw_invitation))
async def withdraw_salon_invitation(
    salon_id: FromPath[SalonId], invitation_id: FromPath[InvitationLinkId], run: Injected[Run]
) -> None:
    """Withdraw an invitation: its link opens nothing any more. Who has accepted it stays a member."""
    await run(withdraw_invitation, OneInvitation(salon_id=salon_id, invitation_id=invitation_id))


@post(
    "/invitations/open",
    status_code=200,
    opt=PUBLIC | documented(queries.open_invitation, raises=(InvalidValue,), body=TOKEN, no_idempotency_key=COMPUTES),
)
async def open_salon_invitation(
    data: JSONBody[TokenBody], reads: Injected[Reads], clock: Injected[Clock]
) -> OpenInvitationJson:
    """Show the salon that invites, to whoever has the link."""
    found = await queries.open_invitation(data.token, reads, now=clock.now())
    return OpenInvitationJson(
        salon_id=found.salon.id,
        name=found.salon.name,
        address=found.salon.address,
        city=found.salon.city,
        sent_to=None if found.link.contact is None else masked_contact(found.link.contact),
        expires_at=found.link.expires_at,
    )


@post(
    "/invitations/accept", status_code=200, opt=documented(accept_by_link, body=TOKEN, no_idempotency_key=CONFIDENTIAL)
)
async def accept_salon_invitation_by_link(data: JSONBody[TokenBody], run: Injected[Run]) -> Response[InvitedJson]:
    """Accept an invitation by its link, with a provider's profile that need not be approved yet.

    It means the same as accepting one to your profile: see `POST /salons/{salonId}/members/me/accept`.
    """
    return await run(accept_by_link, data.token, answer=invited_json)
