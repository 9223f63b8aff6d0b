"""`/auth`: one-time codes."""

from typing import Final, cast

from litestar import Response, post
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    ContactMissing,
    InvalidCode,
    InvalidSecondFactor,
    SecondFactorNeeded,
    TooManyAttempts,
    TooManyCodes,
)
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from entrypoints.http.accounts.code_desk import CodeDesk
from entrypoints.http.accounts.code_schemas import CodeSentJson, SendOtpBody, VerifyEmailBody, VerifyOtpBody
from entrypoints.http.accounts.examples import CODE_SENT, SEND_OTP, SIGNED_IN, VERIFY_EMAIL, VERIFY_OTP
from entrypoints.http.accounts.guarded import GUARDED
from entrypoints.http.accounts.schemas import SignedInJson
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as

_OF_SEND: Final = documented(body=SEND_OTP, answer=CODE_SENT, refusals=(ContactMissing, InvalidValue, TooManyCodes))
_OF_VERIFY: Final = documented(
    body=VERIFY_OTP,
    answer=SIGNED_IN,
    nothing="Done, for `verify` and `unlock`.",
    refusals=(InvalidCode, SecondFactorNeeded, InvalidSecondFactor, ContactMissing, InvalidValue, TooManyAttempts),
)
_OF_VERIFY_EMAIL: Final = documented(body=VERIFY_EMAIL, refusals=(InvalidCode, ContactMissing))


@post("/send-otp", status_code=202, opt=GUARDED | _OF_SEND)
async def send_otp(data: JSONBody[SendOtpBody], code_desk: Injected[CodeDesk]) -> CodeSentJson:
    """Send a one-time code to an account's e-mail address or phone.

    The answer is the same whether or not there is such an account. The code replaces the one before of its purpose.
    Another one can be asked for after a minute, and ten within a day.
    """
    return await code_desk.send(data.email, data.phone, CodePurpose(data.purpose))


@post("/verify-otp", status_code=200, opt=GUARDED | _OF_VERIFY)
async def verify_otp(
    data: JSONBody[VerifyOtpBody], client: Injected[Client], code_desk: Injected[CodeDesk]
) -> Response[SignedInJson]:
    """Use a one-time code.

    For `login` the answer is that of `/auth/login`. `verify` notes that the address or number is its account's,
    and `unlock` lets passwords be tried again: 204. A code is good for five minutes, five guesses and one use.
    For `login` to an account with a second factor, `secondFactor` is needed as at `/auth/login`; as long as it is
    missing or wrong, the code stays good.
    """
    answer = await code_desk.take(data, client)
    return Response(cast("SignedInJson", answer), status_code=204 if answer is None else 200)


@post("/verify-email", status_code=204, opt=limited_as(AUTH) | _OF_VERIFY_EMAIL)
async def verify_email(data: JSONBody[VerifyEmailBody], actor: Injected[Actor], code_desk: Injected[CodeDesk]) -> None:
    """Verify one's own e-mail address with a code of the purpose `verify`."""
    await code_desk.verify_email(actor, data.code)


handlers: Final = (send_otp, verify_otp, verify_email)
