"""`/auth/mfa`: second factors."""

from typing import Any, Final

from litestar import delete, get, post
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    InvalidToken,
    SecondFactorMissing,
    SecondFactorRequired,
    TooManyAttempts,
    WrongSecondFactor,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from entrypoints.http.accounts.examples import CONFIRM_TOTP, NEW_TOTP, RECOVERY_CODES, SECOND_FACTOR, SET_UP_TOTP, TOTP
from entrypoints.http.accounts.proofs import REFUSALS
from entrypoints.http.accounts.second_factor_desk import SecondFactorDesk
from entrypoints.http.accounts.second_factor_schemas import (
    ConfirmTotpBody,
    NewTotpJson,
    RecoveryCodesJson,
    SecondFactorBody,
    SetUpTotpBody,
    TotpJson,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import ONE_FACTOR

_GUARDED: Final[dict[str, Any]] = limited_as(AUTH)
_OF_SET_UP: Final = documented(
    body=SET_UP_TOTP,
    answer=NEW_TOTP,
    refusals=(InvalidToken, *REFUSALS, WrongSecondFactor, TooManyAttempts),
)
_OF_CONFIRM: Final = documented(
    body=CONFIRM_TOTP,
    answer=RECOVERY_CODES,
    refusals=(InvalidToken, SecondFactorMissing, WrongSecondFactor, TooManyAttempts),
)
_OF_REMOVE: Final = documented(
    body=SECOND_FACTOR,
    refusals=(InvalidToken, SecondFactorMissing, SecondFactorRequired, WrongSecondFactor, TooManyAttempts),
)
_OF_RENEW: Final = documented(
    body=SECOND_FACTOR,
    answer=RECOVERY_CODES,
    refusals=(InvalidToken, SecondFactorMissing, WrongSecondFactor, TooManyAttempts),
)


@get("/mfa/totp", opt=documented(answer=TOTP, refusals=(InvalidToken,)))
async def totp(
    actor: Injected[Actor], session_id: Injected[SessionId], second_factor_desk: Injected[SecondFactorDesk]
) -> TotpJson:
    """Whether one signs in with a second factor, and how many recovery codes are left."""
    return await second_factor_desk.look(actor, session_id)


@post("/mfa/totp", status_code=200, opt=_GUARDED | ONE_FACTOR | _OF_SET_UP)
async def set_up_totp(
    data: JSONBody[SetUpTotpBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    second_factor_desk: Injected[SecondFactorDesk],
) -> NewTotpJson:
    """Ask for the secret of a second factor, or of another one, which is to be confirmed.

    The current password is needed; an account without one must have signed in within five minutes. Where there is a
    second factor, a code of it or a recovery code is needed too, and it stays until the new one is confirmed. Asking
    again replaces the secret. Tell it to an authenticator app: TOTP (RFC 6238), SHA-1, six digits, 30 seconds.
    """
    return await second_factor_desk.set_up(actor, session_id, data)


@post("/mfa/totp/confirm", status_code=200, opt=_GUARDED | ONE_FACTOR | _OF_CONFIRM)
async def confirm_totp(
    data: JSONBody[ConfirmTotpBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    second_factor_desk: Injected[SecondFactorDesk],
) -> RecoveryCodesJson:
    """Confirm a second factor with a code of the authenticator app; from now on nobody signs in without it.

    The answer is ten recovery codes, in place of any before. All other sessions end. That of the access token has two
    factors from now on; its access tokens say so after the next `/auth/refresh`.
    """
    return await second_factor_desk.confirm(actor, session_id, data.code)


@delete("/mfa/totp", opt=_GUARDED | _OF_REMOVE)
async def remove_totp(
    data: JSONBody[SecondFactorBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    second_factor_desk: Injected[SecondFactorDesk],
) -> None:
    """Remove the second factor and its recovery codes.

    Roles that need one cannot; they replace it by `POST`.
    """
    await second_factor_desk.remove(actor, session_id, data.code)


@post("/mfa/recovery-codes", status_code=200, opt=_GUARDED | _OF_RENEW)
async def renew_recovery_codes(
    data: JSONBody[SecondFactorBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    second_factor_desk: Injected[SecondFactorDesk],
) -> RecoveryCodesJson:
    """Make ten other recovery codes; those of before are good for nothing."""
    return await second_factor_desk.renew_recovery_codes(actor, session_id, data.code)


handlers: Final = (totp, set_up_totp, confirm_totp, remove_totp, renew_recovery_codes)
