"""The JSON of signing in with Google and Apple."""

from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Meta, Struct

from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider, OpenIdReturn, OpenIdStart
from entrypoints.http.accounts.schemas import AcceptedBody, NewName, NewRole, Password, SecondFactorCode
from entrypoints.http.kit.fields import Body, Json, Query, Timestamp, one_of

_Text = Annotated[str, Meta(min_length=1, max_length=2_048)]
OpenIdService = Literal["google", "apple"]
_MOST_FIELDS: Final = 32


class StartOpenIdBody(Body, frozen=True, kw_only=True):
    """The service to sign in with."""

    service: OpenIdService


class OpenIdStartJson(Json, frozen=True, kw_only=True):
    """Where to sign in, and what to keep until then."""

    authorization_url: str
    flow: str
    """Send it with the code; no other client can use the code."""
    expires_in: int
    """Seconds until the flow expires."""


class OpenIdResponse(Struct, frozen=True, kw_only=True):
    """What a service adds to the address or sends as a form; other members are ignored."""

    code: _Text | None = None
    state: _Text | None = None
    iss: _Text | None = None
    user: _Text | None = None
    """The name of the person as JSON: from Apple, the first time."""
    error: _Text | None = None


class OpenIdBody(Body, frozen=True, kw_only=True):
    """What came back from the service, and the flow that was kept."""

    service: OpenIdService
    code: _Text
    state: _Text
    iss: _Text | None = None
    flow: Annotated[str, Meta(min_length=1, max_length=128)]

    def back(self, name: str | None = None) -> OpenIdReturn:
        """What came back, for the domain."""
        return OpenIdReturn(
            provider=IdentityProvider(self.service),
            code=self.code,
            state=self.state,
            issuer=self.iss,
            flow=self.flow,
            name=name,
        )


class SignInByOpenIdBody(OpenIdBody, frozen=True, kw_only=True):
    """What came back, a code of the account's second factor, and what a new account has."""

    second_factor: SecondFactorCode | None = None
    role: NewRole = "customer"
    """Of a new account."""
    name: NewName | None = None
    """Of a new account, if the service does not tell it: Apple sends it to the page the first time."""
    accepted: AcceptedBody | None = None


class LinkOpenIdBody(OpenIdBody, frozen=True, kw_only=True):
    """What came back, and the account's current password, if it has one."""

    current_password: Password | None = None


class IdentityProviderQuery(Query, frozen=True, kw_only=True):
    """The service to unlink."""

    service: OpenIdService


class LinkedIdentityJson(Json, frozen=True, kw_only=True):
    """A service with which the account is signed in to."""

    service: Annotated[str, one_of(IdentityProvider)]
    linked_at: Timestamp
    unreachable_since: Timestamp | None = None
    """Of Telegram: since when the chat takes no messages of the bot; until the person writes to it again."""


class LinkedIdentitiesJson(Json, frozen=True, kw_only=True):
    """All of them."""

    items: tuple[LinkedIdentityJson, ...]


def start_json(start: OpenIdStart) -> OpenIdStartJson:
    """Show where to sign in."""
    return OpenIdStartJson(authorization_url=start.authorization_url, flow=start.flow, expires_in=start.expires_in)


def linked_json(identity: ExternalIdentity) -> LinkedIdentityJson:
    """Show a service, without the subject: it is the service's business."""
    return LinkedIdentityJson(
        service=identity.provider.value, linked_at=identity.linked_at, unreachable_since=identity.unreachable_since
    )


def read_form(body: bytes) -> OpenIdResponse:
    """Read a form, or raise `ValueError`."""
    return msgspec.convert(dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS)), OpenIdResponse)


def passed_on(page: str, answer: OpenIdResponse) -> str:
    """The address of the page with the answer of the service in the fragment, which is sent to no server."""
    known = {name: value for name, value in msgspec.structs.asdict(answer).items() if value is not None}
    return f"{page}#{urlencode(known)}"
