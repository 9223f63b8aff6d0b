"""The JSON of accounts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from booking_domain.identity.code_history import CodeFilter, CodeOutcome, IssuedCode
from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.external_identities import ExternalIdentity
from booking_domain.identity.legal import MAX_DOCUMENT_VERSION, AcceptedVersions, LegalDocument
from booking_domain.identity.model import MAX_ADDRESS, MAX_PASSWORD, MIN_PASSWORD, User, UserStatus
from booking_domain.identity.names import MAX_NAME
from booking_domain.identity.one_time_codes import CODE_DIGITS, CodePurpose, ContactChannel
from booking_domain.identity.passkeys import MAX_RESPONSE
from booking_domain.identity.sessions import Login, LoginMethod, LoginOutcome, Platform, Session
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.use_cases.identity.sign_in import Tokens
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.exporting import ExportSource, items, value
from entrypoints.http.kit.fields import Body, Json, Phone, Timestamp, ZoneName, one_of
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.session_modes import SessionMode

GUARDED: Final[dict[str, Any]] = PUBLIC | limited_as(AUTH)


Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["dorj@example.com"])]
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
BirthDate = Annotated[date, Meta(description="1900-01-01 or later, and not in the future.", examples=["1996-02-29"])]
PostalAddress = Annotated[str, Meta(min_length=1, max_length=MAX_ADDRESS)]
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
    """The code that was sent to the contact (`signup`, or `verify`). Without `email` it is needed: the first request,
    without it, has it sent."""
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


class CodeSentJson(Json, frozen=True, kw_only=True):
    """A code is being sent if an account has this address or number, or if the purpose is `signup`."""

    expires_in: int
    """Seconds until the code expires."""
    retry_after: int
    """Seconds until another code can be requested."""


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


class DeviceJson(Json, frozen=True, kw_only=True):
    """A session: a device that is signed in."""

    id: UUID
    created_at: Timestamp
    last_used_at: Timestamp
    expires_at: Timestamp
    user_agent: str
    platform: Platform
    address: str
    """The network address of its last use."""


class SessionJson(DeviceJson, frozen=True, kw_only=True):
    """A session of the account of the access token."""

    current: bool
    """Whether this request belongs to the session."""


class DevicesJson(Json, frozen=True, kw_only=True):
    """The live sessions of an account, for admins."""

    items: tuple[DeviceJson, ...]


class SessionsJson(Json, frozen=True, kw_only=True):
    """The live sessions of the account of the access token."""

    items: tuple[SessionJson, ...]


device_json: Final = projection(
    Session, DeviceJson, user_agent="client.user_agent", platform="client.platform", address="client.address"
)
"""Show a session."""


def session_json(session: Session, *, current: SessionId) -> SessionJson:
    """Show a session to its user."""
    return SessionJson(current=session.id == current, **device_json.members(session))


class CodesQuery(PageQuery, frozen=True, kw_only=True):
    """A filter of codes, and the page."""

    user_id: UserId | None = None
    purpose: CodePurpose | None = None


codes_filter: Final = projection(CodesQuery, CodeFilter, **PAGE_AND_ONE)


class CodeJson(Json, frozen=True, kw_only=True):
    """A one-time code that was issued; never the code itself."""

    id: UUID
    user_id: UUID | None = None
    """Null if the contact had no account, or the code was for a sign-up."""
    purpose: Annotated[str, one_of(CodePurpose)]
    channel: Annotated[str, one_of(ContactChannel)]
    """The kind of contact that the code was sent to."""
    to: str
    """The contact, masked."""
    created_at: Timestamp
    expires_at: Timestamp
    used_at: Timestamp | None = None
    """When it was used."""
    wrong_guesses: int
    """How many wrong codes were entered."""
    outcome: Annotated[str, one_of(CodeOutcome)]


class CodesJson(Page[CodeJson], frozen=True, kw_only=True):
    """A page of codes."""


_code: Final = members(IssuedCode, CodeJson, given=("outcome",), to="to_masked", created_at="issued_at")


def code_json(code: IssuedCode, now: datetime) -> CodeJson:
    """Show a code."""
    return CodeJson(outcome=code.outcome(now), **_code(code))


class ExportedSessionJson(DeviceJson, frozen=True, kw_only=True):
    """A session, live or ended."""

    ended_at: Timestamp | None = None
    """When it ended."""


class ExportedIdentityJson(Json, frozen=True, kw_only=True):
    """An identity at another service, with which the user signs in."""

    service: str
    subject: str
    """The service's id of the user."""
    linked_at: Timestamp


def _session(session: Session) -> ExportedSessionJson:
    """Show a session, live or ended."""
    return ExportedSessionJson(**msgspec.structs.asdict(device_json(session)), ended_at=session.ended_at)


_identity: Final = projection(ExternalIdentity, ExportedIdentityJson, service="provider")


async def _identities(source: ExportSource) -> list[ExportedIdentityJson]:
    return [_identity(each) for each in await source.reads.external_identities.of_user(source.user.id)]


_MOST_CODES: Final = 1_000
"""More than an account can be sent in the 30 days of the history: at most ten a day for each contact."""
SESSIONS: Final = items(
    "sessions",
    ExportedSessionJson,
    lambda source, after: source.reads.sessions.of_user(source.user.id, after, source.page),
    _session,
    about="The sessions of the account.",
)
LOGIN_HISTORY: Final = items(
    "login_history",
    LoginJson,
    lambda source, after: source.reads.login_history.of_user(source.user.id, after, source.page),
    login_json,
    about="The attempts to sign in to the account.",
)


async def _codes(source: ExportSource) -> list[CodeJson]:
    found = await source.reads.code_history.page(CodeFilter(user_id=source.user.id, limit=_MOST_CODES))
    return [code_json(code, source.now) for code in found]


CODES: Final = value(
    "codes",
    tuple[CodeJson, ...],
    _codes,
    about="The one-time codes that were issued; not the codes themselves.",
)
IDENTITIES: Final = value(
    "identities",
    tuple[ExportedIdentityJson, ...],
    _identities,
    about="The identities of other services that are linked to the account.",
)


REGISTER: Final[dict[str, Any]] = {
    "email": "dorj@example.com",
    "password": "correct-horse-battery",
    "name": "Dorj",
    "role": "customer",
}
LOGIN: Final[dict[str, Any]] = {"email": "customer@example.com", "password": "correct-horse-battery"}
REFRESH: Final[dict[str, Any]] = {
    "refreshToken": "AZnzoFwefUKPCzxanixtd5uJ3eFqv0r0sU5c3sQ0oXb9q8pEwq2o5H8mN1dGk7LzR4tYw6Vb0KxQeJfH3sPiUcZa7Mn2DgXo"
}
SEND_OTP: Final[dict[str, Any]] = {"phone": "9911 2233", "purpose": "login"}
VERIFY_OTP: Final[dict[str, Any]] = {"phone": "9911 2233", "purpose": "login", "code": "402519"}
COMPLETE_PROFILE: Final[dict[str, Any]] = {"name": "Dorj", "role": "customer"}
VERIFY_EMAIL: Final[dict[str, Any]] = {"code": "402519"}
CHANGE_PASSWORD: Final[dict[str, Any]] = {
    "currentPassword": "correct-horse-battery",
    "newPassword": "nine blue lanterns",
}
FORGOT_PASSWORD: Final[dict[str, Any]] = {"email": "dorj@example.com"}
RESET_PASSWORD: Final[dict[str, Any]] = {
    "email": "dorj@example.com",
    "code": "402519",
    "newPassword": "nine blue lanterns",
}
NOT_ME: Final[dict[str, Any]] = {"token": "AZnzwaJEfR6bClxt" + "x" * 40}
PROOF: Final[dict[str, Any]] = {"currentPassword": "correct-horse-battery"}
TELEGRAM: Final[dict[str, Any]] = {
    "initData": "user=%7B%22id%22%3A99281932%2C%22first_name%22%3A%22Dorj%22%2C%22language_code%22%3A%22mn%22%7D"
    "&auth_date=1795392900&signature=Yq0rjM2oQ&hash=5c8b8a2b7d0e4f6a9b1c3d5e7f90a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4",
}
SET_UP_TOTP: Final[dict[str, Any]] = {"currentPassword": "correct-horse-battery"}
CONFIRM_TOTP: Final[dict[str, Any]] = {"code": "402519"}
SECOND_FACTOR: Final[dict[str, Any]] = {"code": "k7wq-3mzt-9hxe-vp4n-c2yd-6rsu"}
START_OPENID: Final[dict[str, Any]] = {"service": "google"}
_FLOW: Final = "AAAAAGpiY0J1eXQ4bXJqV0h2eE1hZFNlS3ZKb3BjbEJ3Z0ZrUW5V"
_STATE: Final = "p3Jd0Wm8hXbq0r1yHqk2uYw3v5nQeZ7sT9cL1aFgKxE"
_BACK: Final = {"service": "google", "code": "4/0AfJohXl7mQ", "state": _STATE, "flow": _FLOW}
OPENID: Final[dict[str, Any]] = {**_BACK, "role": "customer"}
LINK_OPENID: Final[dict[str, Any]] = {**_BACK, **PROOF}
PASSKEY_RESPONSE: Final[dict[str, Any]] = {
    "response": '{"id": "Kx0…", "rawId": "Kx0…", "type": "public-key", "response": {"signature": "MEU…"}}'
}
ADD_PASSKEY: Final[dict[str, Any]] = {
    "response": '{"id": "Kx0…", "rawId": "Kx0…", "type": "public-key", "response": {"attestationObject": "o2N…"}}',
    "name": "phone",
}
