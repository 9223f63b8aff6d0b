"""The JSON of signing in with Google and Apple."""

from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Meta, Struct

from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider, OpenIdReturn, OpenIdStart
from entrypoints.http.accounts.schemas import AcceptedBody, NewName, NewRole, Password, SecondFactorCode
from entrypoints.http.kit.fields import Body, Json, Query, Timestamp, ZoneName, one_of
from entrypoints.http.kit.projection import projection

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
    known = {name: value for name, value in msgspec.structs.asdict(answer).items() if value is not None}
    return f"{page}#{urlencode(known)}"
