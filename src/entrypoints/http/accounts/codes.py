"""`/auth`: one-time codes."""

from typing import Any, Final, cast

from litestar import Request, Response, post
from litestar.params import JSONBody

from booking_domain.identity import own_account, sign_in
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.own_account import Requester
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from entrypoints.http.accounts.code_schemas import (
    CodeSentJson,
    SendOtpBody,
    VerifyEmailBody,
    VerifyOtpBody,
    code_sent_json,
)
from entrypoints.http.accounts.examples import CODE_SENT, SEND_OTP, SIGNED_IN, VERIFY_EMAIL, VERIFY_OTP
from entrypoints.http.accounts.guarded import GUARDED
from entrypoints.http.accounts.schemas import SignedInJson, signed_in_json
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import ENDED_SESSION, IF_VALID, ONE_FACTOR

_OF_VERIFY: Final = documented(
    sign_in.sign_in_with_code,
    own_account.unlock_with_code,
    own_account.verify_with_code,
    body=VERIFY_OTP,
    answer=SIGNED_IN,
    nothing="Done, for `verify` and `unlock`.",
)


@post("/send-otp", status_code=202, opt=GUARDED | documented(own_account.send_code, body=SEND_OTP, answer=CODE_SENT))
async def send_otp(data: JSONBody[SendOtpBody], identity: Injected[Identity]) -> CodeSentJson:
    """Send a one-time code to an account's e-mail address or phone number.

    The answer is the same whether or not there is such an account. The code replaces the previous one of its purpose.
    A code can be requested once a minute, and ten times in 24 hours.
    """
    await own_account.send_code(identity, data.contact(), CodePurpose(data.purpose))
    return code_sent_json()


@post("/verify-otp", status_code=200, opt=IF_VALID | ONE_FACTOR | ENDED_SESSION | limited_as(AUTH) | _OF_VERIFY)
async def verify_otp(
    data: JSONBody[VerifyOtpBody],
    request: Request[Any, Any, Any],
    *,
    client: Injected[Client],
    session_id: Injected[SessionId | None],
    counted_as: Injected[str],
    identity: Injected[Identity],
) -> Response[SignedInJson]:
    """Use a one-time code.

    `login` answers as `/auth/login` does. `verify` marks the address or number as verified, and `unlock` unlocks the
    password; both answer 204. A code is valid for five minutes, five guesses and one use. If the account has a second
    factor, `login` needs `secondFactor` as `/auth/login` does; while it is missing or wrong, the code stays valid.

    The first `verify` or `login` of an account without a verified contact removes all access from before: the password,
    linked identities, the second factor, the secret calendar address, the other contact, and all sessions. With an
    access token of the account, `verify` keeps them and ends the other sessions only. It needs one if another contact
    of the account is verified.
    """
    contact, code = data.contact(), data.code
    if data.purpose == "login":
        tokens = await sign_in.sign_in_with_code(
            identity, contact, code, client=client, counted_as=counted_as, second_factor=data.second_factor
        )
        return Response(signed_in_json(tokens))
    if data.purpose == "unlock":
        await own_account.unlock_with_code(identity, contact, code, counted_as=counted_as)
    else:
        if session_id is None and "authorization" in request.headers:
            raise InvalidToken  # without it, the verification would remove what its user has set up
        await own_account.verify_with_code(identity, contact, code, current=session_id, counted_as=counted_as)
    return Response(cast("SignedInJson", None), status_code=204)


@post(
    "/verify-email",
    status_code=204,
    opt=limited_as(AUTH) | documented(own_account.verify_own_email, body=VERIFY_EMAIL),
)
async def verify_email(
    data: JSONBody[VerifyEmailBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    counted_as: Injected[str],
    identity: Injected[Identity],
) -> None:
    """Verify the e-mail address of your account with a code of the purpose `verify`.

    The first time, all other sessions end.
    """
    await own_account.verify_own_email(identity, Requester(actor, session_id), data.code, counted_as=counted_as)


handlers: Final = (send_otp, verify_otp, verify_email)
