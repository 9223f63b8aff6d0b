"""`/auth`: change, forget and reset passwords."""

from typing import Final

from litestar import post
from litestar.params import JSONBody

from booking_domain.identity.errors import AccountLocked, ContactMissing, InvalidCode, InvalidToken, WrongPassword
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId
from entrypoints.http.accounts.code_schemas import (
    ChangePasswordBody,
    CodeSentJson,
    ForgotPasswordBody,
    ResetPasswordBody,
)
from entrypoints.http.accounts.examples import CHANGE_PASSWORD, CODE_SENT, FORGOT_PASSWORD, RESET_PASSWORD
from entrypoints.http.accounts.guarded import GUARDED
from entrypoints.http.accounts.password_desk import PasswordDesk
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as

_OF_CHANGE: Final = documented(
    body=CHANGE_PASSWORD, refusals=(InvalidToken, AccountLocked, WrongPassword, InvalidValue)
)
_OF_FORGOT: Final = documented(body=FORGOT_PASSWORD, answer=CODE_SENT, refusals=(ContactMissing, InvalidValue))
_OF_RESET: Final = documented(body=RESET_PASSWORD, refusals=(InvalidCode, ContactMissing, InvalidValue))


@post("/change-password", status_code=204, opt=limited_as(AUTH) | _OF_CHANGE)
async def change_password(
    data: JSONBody[ChangePasswordBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    password_desk: Injected[PasswordDesk],
) -> None:
    """Change one's own password.

    The session of the access token must be live; all others end. Wrong passwords are counted as they are at
    `/auth/login`.
    """
    await password_desk.change(actor, session_id, data)


@post("/forgot-password", status_code=202, opt=GUARDED | _OF_FORGOT)
async def forgot_password(data: JSONBody[ForgotPasswordBody], password_desk: Injected[PasswordDesk]) -> CodeSentJson:
    """Send a code to reset a password with.

    The answer is the same whether or not there is such an account, and whether or not a code was sent a moment ago.
    """
    return await password_desk.forget(data)


@post("/reset-password", status_code=204, opt=GUARDED | _OF_RESET)
async def reset_password(data: JSONBody[ResetPasswordBody], password_desk: Injected[PasswordDesk]) -> None:
    """Set another password by a code; all sessions end, and the account is unlocked."""
    await password_desk.reset(data)


handlers: Final = (change_password, forgot_password, reset_password)
