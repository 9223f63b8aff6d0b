"""The JSON of accounts."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import Response
from msgspec import Meta

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.legal import MAX_DOCUMENT_VERSION, AcceptedVersions, LegalDocument
from booking_domain.identity.model import MAX_NAME, MAX_PASSWORD, MIN_PASSWORD, User, UserStatus
from booking_domain.identity.one_time_codes import CODE_DIGITS
from booking_domain.identity.passkeys import MAX_RESPONSE
from booking_domain.identity.sessions import Login, LoginMethod, LoginOutcome, Platform
from booking_domain.shared.actor import Role
from booking_domain.use_cases.identity.sign_in import Tokens
from entrypoints.http.accounts.session_modes import SessionMode
from entrypoints.http.kit.cursors import Page
from entrypoints.http.kit.fields import Body, Json, Timestamp, ZoneName, one_of
from entrypoints.http.kit.projection import projection

Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["dorj@example.com"])]
Phone = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=32,
        description="E.164, or a local format. A number without a country code belongs to the platform's country.",
        examples=["+97699112233", "9911 2233"],
    ),
]
Password = Annotated[
    str, Meta(min_length=1, max_length=MAX_PASSWORD, description=f"At least {MIN_PASSWORD} characters.")
]
SecondFactorCode = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="Six digits of the authenticator app, or a recovery code.",
        examples=["402519", "k7wq-3mzt-9hxe-vp4n-c2yd-6rsu"],
    ),
]
SecondFactorText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_RESPONSE,
        description=(
            "Six digits of the authenticator app, a recovery code, the token of a remembered device, or the response "
            "of a passkey to `/auth/passkey/options`, as `JSON.stringify(credential)`."
        ),
        examples=["402519"],
    ),
]

RefreshTokenText = Annotated[str, Meta(min_length=1, max_length=512)]


class ContactBody(Body, frozen=True, kw_only=True):
    """An e-mail address or a phone number; one of them is required."""

    email: Email | None = None
    phone: Phone | None = None

    def contact(self) -> ContactInput:
        """The contact as the client typed it."""
        return ContactInput(email=self.email, phone=self.phone)


Code = Annotated[
    str,
    Meta(
        pattern=f"^[0-9۰-۹٠-٩]{{{CODE_DIGITS}}}$",
        description="Six digits, which may be Persian or Arabic ones.",
        examples=["402519"],
    ),
]


NewName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
NewRole = Literal["customer", "provider", "manager"]


DocumentVersion = Annotated[str, Meta(min_length=1, max_length=MAX_DOCUMENT_VERSION, examples=["2026-11"])]


class AcceptedBody(Body, frozen=True, kw_only=True):
    """The versions of the legal documents that the user accepts: the current ones of `GET /legal-documents`."""

    terms_of_use: DocumentVersion | None = None
    """The version of the terms of use that the user accepts."""
    privacy_policy: DocumentVersion | None = None
    """The version of the privacy policy that the user accepts."""

    def versions(self) -> AcceptedVersions:
        """The version of each document that is accepted."""
        named = {document: getattr(self, document.value) for document in LegalDocument}
        return {document: version for document, version in named.items() if version is not None}


def accepted_versions(accepted: AcceptedBody | None) -> AcceptedVersions:
    """The versions that a new user accepts."""
    return {} if accepted is None else accepted.versions()


class RegisterBody(ContactBody, frozen=True, kw_only=True):
    """A new account; an e-mail address or a phone number is required."""

    password: Password
    name: NewName
    role: NewRole
    code: Code | None = None
    """A code of the purpose `verify`; needed if another account has the contact but has not verified it."""
    accepted: AcceptedBody | None = None
    time_zone: ZoneName | None = None
    """The user's time zone (IANA). Default: the platform's."""


class LoginBody(ContactBody, frozen=True, kw_only=True):
    """A login and its password; an e-mail address or a phone number is required."""

    password: Password
    second_factor: SecondFactorText | None = None


class ProofBody(Body, frozen=True, kw_only=True):
    """The account's current password, if it has one."""

    current_password: Password | None = None


NO_PROOF: Final = ProofBody()


class RefreshBody(Body, frozen=True, kw_only=True):
    """The refresh token, which is used up. With `X-Session-Mode: cookie`, leave it out: it is in a cookie."""

    refresh_token: RefreshTokenText | None = None


class LogOutBody(Body, frozen=True, kw_only=True):
    """The refresh token of the session to end."""

    refresh_token: RefreshTokenText | None = None


class UserJson(Json, frozen=True, kw_only=True):
    """An account."""

    id: UUID
    name: str
    email: str | None = None
    phone: str | None = None
    role: Annotated[str, one_of(Role)]
    status: Annotated[str, one_of(UserStatus)]
    locale: str
    time_zone: str
    created_at: Timestamp
    email_verified_at: Timestamp | None = None
    phone_verified_at: Timestamp | None = None


class SignedInJson(Json, frozen=True, kw_only=True):
    """An account and the tokens of its new session, which are absent if they are in cookies."""

    user: UserJson
    """The account."""
    access_token: str | None = None
    """The access token, for `Authorization: Bearer`."""
    refresh_token: str | None = None
    client_token: str | None = None
    """The value of `X-Client-Token` for this client: see `POST /auth/login`."""
    expires_in: int
    """Seconds until the access token expires."""
    csrf_token: str | None = None
    """With cookies: the value of `X-CSRF-Token` for requests that change something."""


class LoginJson(Json, frozen=True, kw_only=True):
    """An attempt to sign in."""

    at: Timestamp
    address: str
    """The network address of the attempt."""
    user_agent: str
    platform: Platform
    method: LoginMethod
    """How the user tried to sign in."""
    outcome: LoginOutcome


class LoginsJson(Page[LoginJson], frozen=True, kw_only=True):
    """A page of the login history."""


user_json: Final = projection(User, UserJson)
"""Show an account."""


def signed_in(tokens: Tokens, mode: SessionMode) -> Response[SignedInJson]:
    """Answer with an account and its tokens, or with cookies."""
    shown = SignedInJson(
        user=user_json(tokens.user),
        access_token=None if mode.in_cookies else tokens.access.text,
        refresh_token=None if mode.in_cookies else tokens.refresh_token,
        client_token=None if mode.in_cookies else tokens.client_token,
        expires_in=tokens.access.expires_in,
        csrf_token=mode.csrf_token(tokens.session_id),
    )
    return Response(shown, cookies=mode.cookies(tokens))


def logins_page(found: Sequence[Login], limit: int) -> LoginsJson:
    """Return a page of the `limit` + 1 attempts that were read."""
    return LoginsJson.of(found, limit, login_json, lambda login: login.id)


login_json: Final = projection(
    Login, LoginJson, address="client.address", user_agent="client.user_agent", platform="client.platform"
)
"""Show an attempt to sign in."""
