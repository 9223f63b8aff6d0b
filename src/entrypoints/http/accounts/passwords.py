"""`/auth`: change, forget and reset passwords."""

from typing import Final

from litestar import post
from litestar.params import JSONBody

from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import own_account
from booking_domain.use_cases.identity.not_me_links import InvalidNotMeLink, NotMeTokens, disown_bank_account
from booking_domain.use_cases.identity.own_account import Requester
from entrypoints.http.accounts.codes import (
    ChangePasswordBody,
    ForgotPasswordBody,
    NotMeBody,
    ResetPasswordBody,
    code_sent_json,
)
from entrypoints.http.accounts.schemas import (
    CHANGE_PASSWORD,
    FORGOT_PASSWORD,
    GUARDED,
    NOT_ME,
    RESET_PASSWORD,
    CodeSentJson,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import CONFIDENTIAL, ONE_CODE, REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.running import Run


@post(
    "/change-password",
    status_code=204,
    opt=limited_as(AUTH)
    | documented(own_account.change_password, body=CHANGE_PASSWORD, no_idempotency_key=CONFIDENTIAL),
)
async def change_password(
    data: JSONBody[ChangePasswordBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
) -> None:
    """Change the password of your account, or set its first one.

    The session of the access token must be live; all others end. Three wrong passwords in a row lock this for the
    session, as at `/auth/login`. An account without a password must have signed in within five minutes.
    """
    requester = Requester(actor, session_id)
    await own_account.change_password(identity, requester, data.current_password, data.new_password)


@post(
    "/forgot-password",
    status_code=202,
    opt=GUARDED | documented(own_account.forget_password, body=FORGOT_PASSWORD, no_idempotency_key=ONE_CODE),
)
async def forgot_password(
    data: JSONBody[ForgotPasswordBody], client_trace: Injected[ClientTrace], identity: Injected[Identity]
) -> CodeSentJson:
    """Send a code that resets the password.

    The answer is the same whether or not there is such an account, and whether or not a code was just sent.
    """
    return code_sent_json(
        identity, await own_account.forget_password(identity, data.contact(), client_trace=client_trace)
    )


@post(
    "/reset-password",
    status_code=204,
    opt=GUARDED | documented(own_account.reset_password, body=RESET_PASSWORD, no_idempotency_key=CONFIDENTIAL),
)
async def reset_password(
    data: JSONBody[ResetPasswordBody], client_trace: Injected[ClientTrace], identity: Injected[Identity]
) -> None:
    """Reset the password with a code; all sessions end, and the account is unlocked."""
    await own_account.reset_password(identity, data.contact(), data.code, data.new_password, client_trace=client_trace)


@post(
    "/not-me",
    status_code=204,
    opt=GUARDED | documented(disown_bank_account, body=NOT_ME, no_idempotency_key=REPEATED),
    operation_id="reportBankAccountChange",
)
async def report_bank_account_change(
    data: JSONBody[NotMeBody],
    not_me_tokens: Injected[NotMeTokens],
    run: Injected[Run],
) -> None:
    """Report by the link of a message that another person changed your bank account.

    No transfer to the bank account is approved until you enter it again. All sessions end, and the password is removed:
    set a new one with `/auth/forgot-password`, then check passkeys, linked accounts and contacts. The link works for a
    week and once; a second time changes nothing.
    """
    link = not_me_tokens.read(data.token)
    if link is None:
        raise InvalidNotMeLink
    await run(disown_bank_account, link, actor=SYSTEM)


handlers: Final = (change_password, forgot_password, reset_password, report_bank_account_change)
