"""`/auth`: one-time codes."""

from typing import Annotated, Any, Final, Literal, cast

from litestar import Request, Response, post
from litestar.params import JSONBody
from msgspec import Meta

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.own_account import COOL_DOWN_SECONDS, Requester
from booking_domain.use_cases.identity.sign_up import ProfileDetails
from entrypoints.http.accounts.schemas import (
    COMPLETE_PROFILE,
    GUARDED,
    SEND_OTP,
    VERIFY_EMAIL,
    VERIFY_OTP,
    AcceptedBody,
    BirthDate,
    Code,
    CodeSentJson,
    ContactBody,
    NewName,
    NewRole,
    Password,
    PostalAddress,
    SecondFactorText,
    SignedInJson,
    accepted_versions,
    signed_in,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Locale, ZoneName
from entrypoints.http.kit.idempotency import CONFIDENTIAL, ONE_CODE
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID, ONE_FACTOR, PENDING_TOO
from entrypoints.http.kit.session_modes import SessionMode, has_token

OldPassword = Annotated[str, Meta(min_length=1, max_length=256)]


class SendOtpBody(ContactBody, frozen=True, kw_only=True):
    """The recipient and the purpose of a code; an e-mail address or a phone number is required."""

    purpose: Literal["signup", "verify", "login", "unlock", "reset"]


class VerifyOtpBody(ContactBody, frozen=True, kw_only=True):
    """A code and its recipient. A code of the purpose `reset` is used at `/auth/reset-password`."""

    purpose: Literal["signup", "verify", "login", "unlock"]
    code: Code
    second_factor: SecondFactorText | None = None
    time_zone: ZoneName | None = None
    """With `signup`: the time zone (IANA) of a new account. Default: the platform's."""


class VerifyEmailBody(Body, frozen=True, kw_only=True):
    """A code of the purpose `verify` that was sent to the account's e-mail address."""

    code: Code


class ChangePasswordBody(Body, frozen=True, kw_only=True):
    """The current password, if the account has one, and the new one."""

    current_password: OldPassword | None = None
    new_password: Password


class ForgotPasswordBody(ContactBody, frozen=True, kw_only=True):
    """The recipient of a code; an e-mail address or a phone number is required."""


class ResetPasswordBody(ContactBody, frozen=True, kw_only=True):
    """A code of the purpose `reset`, its recipient, and the new password."""

    code: Code
    new_password: Password


class NotMeBody(Body, frozen=True, kw_only=True):
    """The link of a message about a change of the bank account."""

    token: Annotated[str, Meta(max_length=200, description="The part of the link after `#`.")]


class CompleteProfileBody(Body, frozen=True, kw_only=True):
    """Who the user is, role and password of an account that a sign-up began; a name or a given name is required.

    Without a password, the user signs in with codes.
    """

    name: NewName | None = None
    """The name that others see. Default: given and family name, in the order of the language."""
    given_name: NewName | None = None
    family_name: NewName | None = None
    birth_date: BirthDate | None = None
    address: PostalAddress | None = None
    locale: Locale | None = None
    role: NewRole
    password: Password | None = None
    """The password."""
    accepted: AcceptedBody | None = None
    time_zone: ZoneName | None = None
    """The user's time zone (IANA). Default: the one that the sign-up named, or the platform's."""


_about: Final = projection(CompleteProfileBody, ProfileDetails, unused=("role", "password", "accepted"))


def code_sent_json(identity: Identity, retry_after: int = COOL_DOWN_SECONDS) -> CodeSentJson:
    """Return the answer to every request for a code."""
    return CodeSentJson(expires_in=int(identity.security.lifetimes.code.total_seconds()), retry_after=retry_after)


_OF_VERIFY: Final = documented(
    sign_in.sign_in_with_code,
    own_account.unlock_with_code,
    own_account.verify_with_code,
    body=VERIFY_OTP,
    nothing="Done, for `verify` and `unlock`.",
    no_idempotency_key=CONFIDENTIAL,
)


@post(
    "/send-otp",
    status_code=202,
    opt=GUARDED
    | documented(own_account.send_code, own_account.start_sign_up, body=SEND_OTP, no_idempotency_key=ONE_CODE),
)
async def send_otp(
    data: JSONBody[SendOtpBody],
    request: Request[Any, Any, Any],
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
) -> CodeSentJson:
    """Send a one-time code to the e-mail address or phone number of an account; with `signup`, to any.

    The answer is the same whether or not there is such an account. A new code replaces the last one for the same
    purpose. A code can be requested once a minute, and ten times in 24 hours, of which five from one address. A client
    that has signed in before (`X-Client-Token`), or comes from an address from which one has, has a reserve: codes of
    its own, as often, which others cannot request, replace or guess at. A `signup` code is in the language of
    `Accept-Language`; other codes are in the language of the account.
    """
    if data.purpose == "signup":
        language = language_for(request)
        await own_account.start_sign_up(identity, data.contact(), language, client_trace=client_trace)
    else:
        await own_account.send_code(identity, data.contact(), CodePurpose(data.purpose), client_trace=client_trace)
    return code_sent_json(identity)


@post("/verify-otp", status_code=200, opt=IF_VALID | ONE_FACTOR | limited_as(AUTH) | _OF_VERIFY)
async def verify_otp(
    data: JSONBody[VerifyOtpBody],
    request: Request[Any, Any, Any],
    *,
    client: Injected[Client],
    session_id: Injected[SessionId | None],
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Use a one-time code.

    `login` returns the same as `/auth/login`. So does `signup`: if no account has the address or number, it creates one
    with the status `pending`, whose tokens can only complete the profile (`/auth/complete-profile`) within a day;
    otherwise it signs in to the account. `verify` marks the address or number as verified, and `unlock` unlocks the
    password; both answer 204. A code is valid for the `expiresIn` of its
    request, five guesses and one use. If the account has a second
    factor, `login` needs `secondFactor`, as `/auth/login` does; a missing or wrong one does not use up the code.

    The first `verify`, `login` or `signup` of an account without a verified contact removes all access from before: the
    password, linked identities, the second factor, the secret calendar address, the other contact, and all sessions.
    With an access token of the account, `verify` ends only the other sessions. The token is required if another contact
    of the account is verified.
    """
    contact, code = data.contact(), data.code
    if data.purpose in {"login", "signup"}:
        tokens = await sign_in.sign_in_with_code(
            identity,
            contact,
            code,
            client=client,
            client_trace=client_trace,
            second_factor=data.second_factor,
            purpose=CodePurpose(data.purpose),
            time_zone=data.time_zone,
        )
        return signed_in(tokens, session_mode)
    if data.purpose == "unlock":
        await own_account.unlock_with_code(identity, contact, code, client_trace=client_trace)
    else:
        if session_id is None and has_token(request):
            raise InvalidToken  # without it, the verification would remove everything that the user has set up
        await own_account.verify_with_code(identity, contact, code, current=session_id, client_trace=client_trace)
    return Response(cast("SignedInJson", None), status_code=204)


@post(
    "/verify-email",
    status_code=204,
    opt=limited_as(AUTH) | documented(own_account.verify_own_email, body=VERIFY_EMAIL, no_idempotency_key=CONFIDENTIAL),
)
async def verify_email(
    data: JSONBody[VerifyEmailBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
) -> None:
    """Verify the e-mail address of your account with a code of the purpose `verify`.

    The first time, all other sessions end.
    """
    await own_account.verify_own_email(identity, Requester(actor, session_id), data.code, client_trace=client_trace)


@post(
    "/complete-profile",
    status_code=200,
    opt=limited_as(AUTH)
    | PENDING_TOO
    | documented(sign_in.complete_profile, body=COMPLETE_PROFILE, no_idempotency_key=CONFIDENTIAL),
)
async def complete_profile(
    data: JSONBody[CompleteProfileBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    *,
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Complete the account that a sign-up began; it becomes `active`.

    The answer has new tokens: the session of the sign-up ends. Until then, an account that is `pending` can use
    `/auth/me`, `/auth/logout` and this route only (403 `auth.profile_incomplete`), and after a day it is removed.
    """
    profile = sign_in.AccountDetails(
        about=_about(data), role=Role(data.role), password=data.password, accepted=accepted_versions(data.accepted)
    )
    tokens = await sign_in.complete_profile(
        identity, actor, profile, current=session_id, client=client, client_trace=client_trace
    )
    return signed_in(tokens, session_mode)


handlers: Final = (send_otp, verify_otp, verify_email, complete_profile)
