"""`/auth/openid` and `/users/me/identities`: sign in with Google and Apple, link them, unlink them."""

from typing import Annotated, Any, Final, Literal, cast
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from booking_domain.identity.errors import IdentityProviderNotConfigured
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider, OpenIdReturn, OpenIdStart
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.own_account import Requester
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import (
    GUARDED,
    LINK_OPENID,
    NO_PROOF,
    OPENID,
    PROOF,
    START_OPENID,
    AcceptedBody,
    NewName,
    NewRole,
    Password,
    ProofBody,
    SecondFactorCode,
    SignedInJson,
    accepted_versions,
    signed_in,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Query, Timestamp, ZoneName, one_of
from entrypoints.http.kit.idempotency import COMPUTES, CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.pages import unmarked
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.refusals import invalid_input
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.settings.main import Settings

_Text = Annotated[str, Meta(min_length=1, max_length=2_048)]
OpenIdService = Literal["google", "apple"]
_MOST_FIELDS: Final = 32


class StartOpenIdBody(Body, frozen=True, kw_only=True):
    """The service to sign in with."""

    service: OpenIdService


class OpenIdStartJson(Json, frozen=True, kw_only=True):
    """Where to send the user to sign in, and the flow to keep until they return."""

    authorization_url: str
    """Where to send the user's browser."""
    flow: str
    """Send it together with the code: the code is valid only with it."""
    expires_in: int
    """Seconds until the flow expires."""


class OpenIdResponse(Struct, frozen=True, kw_only=True):
    """The answer of a service, in the query or as a form; other members are ignored."""

    code: _Text | None = None
    state: _Text | None = None
    iss: _Text | None = None
    user: _Text | None = None
    """The user's name as JSON; only from Apple, on the first sign-in."""
    error: _Text | None = None


class OpenIdBody(Body, frozen=True, kw_only=True):
    """The service's answer, and the flow that the client kept."""

    service: OpenIdService
    code: _Text
    """The code that the service sent with the redirection."""
    state: _Text
    iss: _Text | None = None
    flow: Annotated[str, Meta(min_length=1, max_length=128)]

    def back(self, name: str | None = None) -> OpenIdReturn:
        """The service's answer, for the domain."""
        return OpenIdReturn(
            provider=IdentityProvider(self.service),
            code=self.code,
            state=self.state,
            issuer=self.iss,
            flow=self.flow,
            name=name,
        )


class SignInByOpenIdBody(OpenIdBody, frozen=True, kw_only=True):
    """The service's answer, a code of the account's second factor, and the values of a new account."""

    second_factor: SecondFactorCode | None = None
    role: NewRole = "customer"
    """Of a new account."""
    name: NewName | None = None
    """The name of a new account, if the identity token has none: Apple sends it to the page on the first sign-in."""
    accepted: AcceptedBody | None = None
    time_zone: ZoneName | None = None
    """The time zone (IANA) of a new account. Default: the platform's."""


class LinkOpenIdBody(OpenIdBody, frozen=True, kw_only=True):
    """The service's answer, and the account's current password, if it has one."""

    current_password: Password | None = None


class IdentityProviderQuery(Query, frozen=True, kw_only=True):
    """The service to unlink."""

    service: OpenIdService


class LinkedIdentityJson(Json, frozen=True, kw_only=True):
    """A service that signs in to the account."""

    service: Annotated[str, one_of(IdentityProvider)]
    linked_at: Timestamp
    unreachable_since: Timestamp | None = None
    """Telegram only: since when the chat rejects the bot's messages. Absent again once the user writes to the bot."""


class LinkedIdentitiesJson(Json, frozen=True, kw_only=True):
    """The services that sign in to the account."""

    items: tuple[LinkedIdentityJson, ...]


start_json: Final = projection(OpenIdStart, OpenIdStartJson)
"""Show where to sign in."""


linked_json: Final = projection(ExternalIdentity, LinkedIdentityJson, service="provider")
"""Show a service, without its id of the user, which clients do not need."""


def read_form(body: bytes) -> OpenIdResponse:
    """Read a form, or raise `ValueError`."""
    return msgspec.convert(dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS)), OpenIdResponse)


def passed_on(page: str, answer: OpenIdResponse) -> str:
    """The address of the page with the service's answer in the fragment, which browsers send to no server."""
    return f"{page}#{_query(answer)}"


def _query(answer: OpenIdResponse) -> str:
    return urlencode({name: value for name, value in msgspec.structs.asdict(answer).items() if value is not None})


_OF_CALLBACK: Final = GUARDED | documented(
    raises=(IdentityProviderNotConfigured,), headers=("Location",), no_idempotency_key=COMPUTES
)


@post(
    "/auth/openid/start",
    status_code=200,
    opt=GUARDED | documented(sign_in.begin_openid, body=START_OPENID, no_idempotency_key=COMPUTES),
    operation_id="startOpenId",
)
async def start_openid(data: JSONBody[StartOpenIdBody], identity: Injected[Identity]) -> OpenIdStartJson:
    """Begin to sign in with Google or Apple, or to link one: send the user to `authorizationUrl`, and keep `flow`.

    The service returns the user to the configured page, with `code`, `state` and perhaps `iss` in the fragment of its
    address, or with `error`. `flow` ties the code to this client: keep it where no other page can read it, for at most
    ten minutes.
    """
    return start_json(await sign_in.begin_openid(identity, IdentityProvider(data.service)))


def _passed_on(answer: OpenIdResponse, settings: Settings) -> Response[None]:
    language, _ = unmarked(answer.state or "")
    if language and settings.pages:
        # A page: without scripts it cannot read the fragment. The code is good only with the cookie of its browser.
        address = f"{settings.public_url}/{language}/sign-in/returned?{_query(answer)}"
    elif settings.openid.page:
        address = passed_on(settings.openid.page, answer)
    else:
        raise IdentityProviderNotConfigured
    return Response(cast("None", b""), headers={"Location": address})


@get("/auth/openid/callback", status_code=303, opt=_OF_CALLBACK, operation_id="returnFromService")
async def return_from_service(params: Injected[OpenIdResponse], settings: Injected[Settings]) -> Response[None]:
    """Redirect the user, on return from the service, to the configured page, with the service's answer in the fragment.

    This route only redirects: the page sends the code to `/auth/openid` or `/users/me/identities`.
    """
    return _passed_on(params, settings)


@post("/auth/openid/callback", status_code=303, opt=_OF_CALLBACK, operation_id="returnFromServiceByForm")
async def return_by_form(request: Request[Any, Any, Any], settings: Injected[Settings]) -> Response[None]:
    """Redirect as the `GET` does, for a service that answers with a form (`response_mode=form_post`), as Apple does."""
    try:
        answer = read_form(await request.body())
    except ValueError:
        raise invalid_input("", "The answer of the service is not a form.") from None
    return _passed_on(answer, settings)


@post(
    "/auth/openid",
    status_code=200,
    opt=GUARDED | documented(sign_in.sign_in_with_openid, body=OPENID, no_idempotency_key=CONFIDENTIAL),
)
async def sign_in_by_openid(
    data: JSONBody[SignInByOpenIdBody],
    request: Request[Any, Any, Any],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    *,
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Sign in with the code that came back from Google or Apple.

    A code can be used once. The user is identified by the service's permanent id, not by the e-mail address, which may
    change. On the first sign-in, the service must have verified an address (403 `auth.email_not_verified`). If an
    account has verified the same address and the service runs the address (`gmail.com`, Google Workspace, `icloud.com`,
    …), the identity is linked to the account, and its owner is notified. If the service does not run the address, the
    answer is 409 `auth.not_linked`: sign in another way, and link the service at `/users/me/identities`. If no account
    has the address, a new account with `role` is created. `accepted` is recorded for new and existing accounts; if it
    names an outdated version, show the current one and begin again.

    An account with a second factor also needs its code. If it is missing, the answer is 401
    `auth.second_factor_needed`: ask for it, begin again, and send it as `secondFactor`.
    """
    tokens = await sign_in.sign_in_with_openid(
        identity,
        data.back(data.name),
        client=client,
        client_trace=client_trace,
        second_factor=data.second_factor,
        role=Role(data.role),
        accepted=accepted_versions(data.accepted),
        locale=language_for(request),
        time_zone=data.time_zone,
    )
    return signed_in(tokens, session_mode)


@get("/users/me/identities", opt=documented(), operation_id="listIdentities")
async def list_identities(actor: Injected[Actor], reads: Injected[Reads]) -> LinkedIdentitiesJson:
    """List the services that sign in to your account."""
    found = await reads.external_identities.of_user(actor.id)
    return LinkedIdentitiesJson(items=tuple(linked_json(each) for each in found))


@post(
    "/users/me/identities",
    status_code=204,
    opt=limited_as(AUTH) | documented(own_account.link_openid, body=LINK_OPENID, no_idempotency_key=CONFIDENTIAL),
    operation_id="linkIdentity",
)
async def link_identity(
    data: JSONBody[LinkOpenIdBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
) -> None:
    """Link Google or Apple to your account, to sign in with it. You are notified.

    The account's password is required; an account without one must have signed in within five minutes. All other
    sessions end. Linking the same identity again changes nothing. The service may have another e-mail address than the
    account.
    """
    await own_account.link_openid(identity, Requester(actor, session_id), data.back(), data.current_password)


@delete(
    "/users/me/identities",
    opt=limited_as(AUTH) | documented(own_account.unlink, body=PROOF),
    operation_id="unlinkIdentity",
)
async def unlink_identity(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    *,
    params: Injected[IdentityProviderQuery],
    identity: Injected[Identity],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> None:
    """Unlink Google or Apple from your account. You are notified.

    The account's password is required; an account without one must have signed in within five minutes. All other
    sessions end. The last way to sign in cannot be removed (409 `auth.last_way_in`): first set a password, verify a
    contact, or link another service.
    """
    requester = Requester(actor, session_id)
    await own_account.unlink(identity, requester, IdentityProvider(params.service), data.current_password)


routes: Final = Router(
    "/",
    route_handlers=[
        start_openid,
        return_from_service,
        return_by_form,
        sign_in_by_openid,
        list_identities,
        link_identity,
        unlink_identity,
    ],
)
