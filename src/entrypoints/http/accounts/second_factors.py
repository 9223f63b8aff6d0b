"""`/auth/mfa`: second factors."""

from typing import Annotated, Any, Final

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta

from booking_domain.identity.second_factor import RECOVERY_CODES, SecondFactor
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.own_account import Requester, set_up_second_factor
from booking_domain.use_cases.identity.second_factor import UseFactor, confirm_factor, get_factor, remove_factor
from booking_domain.use_cases.identity.second_factor import renew_recovery_codes as renew
from entrypoints.http.accounts.schemas import (
    CONFIRM_TOTP,
    SECOND_FACTOR,
    SET_UP_TOTP,
    Code,
    ProofBody,
    SecondFactorCode,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import ONE_FACTOR
from entrypoints.http.kit.running import Run


class SetUpTotpBody(ProofBody, frozen=True, kw_only=True):
    """The current password, and a code of the second factor or a recovery code. Omit what the account does not have."""

    code: SecondFactorCode | None = None


class ConfirmTotpBody(Body, frozen=True, kw_only=True):
    """The code that the authenticator app shows."""

    code: Code


class SecondFactorBody(Body, frozen=True, kw_only=True):
    """The code that the authenticator app shows, or a recovery code."""

    code: SecondFactorCode


class TotpJson(Json, frozen=True, kw_only=True):
    """The second factor of an account."""

    active: bool
    """Whether sign-in asks for a code of the authenticator."""
    confirmed_at: Timestamp | None = None
    """When it was confirmed."""
    recovery_codes_left: int
    """How many recovery codes are left."""


class NewTotpJson(Json, frozen=True, kw_only=True):
    """The secret for an authenticator app; it is shown once."""

    secret: str
    """Base32, for typing."""
    otpauth_uri: str
    """The secret as a link; show it as a QR code for the app."""


class RecoveryCodesJson(Json, frozen=True, kw_only=True):
    """Codes for users who have lost the app; each can be used once. They are shown once."""

    recovery_codes: Annotated[tuple[str, ...], Meta(min_length=RECOVERY_CODES, max_length=RECOVERY_CODES)]
    """Codes of one use each, for users who have lost their second factor. They are shown once."""


totp_json: Final = projection(SecondFactor, TotpJson, recovery_codes_left=lambda factor: len(factor.recovery_codes))
"""Show a second factor."""


_GUARDED: Final[dict[str, Any]] = limited_as(AUTH)


@get("/mfa/totp", opt=documented(get_factor), operation_id="getTotp")
async def totp(session_id: Injected[SessionId], run: Injected[Run]) -> TotpJson:
    """Return whether your account has a second factor, and how many recovery codes are left."""
    return totp_json(await run(get_factor, session_id))


@post(
    "/mfa/totp",
    status_code=200,
    opt=_GUARDED | ONE_FACTOR | documented(set_up_second_factor, body=SET_UP_TOTP, no_idempotency_key=CONFIDENTIAL),
)
async def set_up_totp(
    data: JSONBody[SetUpTotpBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
) -> NewTotpJson:
    """Begin to set up or replace a second factor: the answer is a secret, which you then confirm.

    The current password is required; an account without one must have signed in within five minutes. If the account has
    a second factor, a code of it or a recovery code is required too; the factor stays until the new one is confirmed.
    Repeating the request replaces the secret. Authenticator apps need these parameters: TOTP (RFC 6238), SHA-1, six
    digits, 30 seconds.
    """
    requester = Requester(actor, session_id)
    made = await set_up_second_factor(identity, requester, password=data.current_password, code=data.code)
    return NewTotpJson(secret=made.secret, otpauth_uri=made.uri)


@post(
    "/mfa/totp/confirm",
    status_code=200,
    opt=_GUARDED | ONE_FACTOR | documented(confirm_factor, body=CONFIRM_TOTP, no_idempotency_key=CONFIDENTIAL),
)
async def confirm_totp(
    data: JSONBody[ConfirmTotpBody], session_id: Injected[SessionId], run: Injected[Run]
) -> RecoveryCodesJson:
    """Confirm a second factor with a code of the authenticator app; from now on every sign-in needs it.

    The answer is ten recovery codes, which replace any former ones. All other sessions end. The current session counts
    as signed in with two factors; its access tokens say so after the next `/auth/refresh`.
    """
    command = UseFactor(code=data.code, current=session_id)
    made = await run(confirm_factor, command)
    return RecoveryCodesJson(recovery_codes=made.texts)


@delete("/mfa/totp", opt=_GUARDED | documented(remove_factor, body=SECOND_FACTOR))
async def remove_totp(data: JSONBody[SecondFactorBody], session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Remove the second factor and its recovery codes.

    Users whose role needs a second factor cannot remove it; they can replace it with `POST`.
    """
    await run(remove_factor, UseFactor(code=data.code, current=session_id))


@post(
    "/mfa/recovery-codes",
    status_code=200,
    opt=_GUARDED | documented(renew, body=SECOND_FACTOR, no_idempotency_key=CONFIDENTIAL),
)
async def renew_recovery_codes(
    data: JSONBody[SecondFactorBody], session_id: Injected[SessionId], run: Injected[Run]
) -> RecoveryCodesJson:
    """Create ten new recovery codes; the former ones are no longer accepted."""
    made = await run(renew, UseFactor(code=data.code, current=session_id))
    return RecoveryCodesJson(recovery_codes=made.texts)


handlers: Final = (totp, set_up_totp, confirm_totp, remove_totp, renew_recovery_codes)
