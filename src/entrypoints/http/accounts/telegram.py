"""`/auth/telegram` and `/users/me/telegram`: sign in by Telegram, link it, unlink it."""

from typing import Final

from litestar import Router, delete, post
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    AccountDisabled,
    InvalidAssertion,
    InvalidSecondFactor,
    LastWayIn,
    SecondFactorNeeded,
    TelegramNotConfigured,
    TelegramTaken,
    TooManyAttempts,
)
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId
from entrypoints.http.accounts.examples import SIGNED_IN, TELEGRAM
from entrypoints.http.accounts.guarded import GUARDED
from entrypoints.http.accounts.proofs import NO_PASSWORD, PROOF, REFUSALS
from entrypoints.http.accounts.schemas import ProofBody, SignedInJson
from entrypoints.http.accounts.telegram_desk import TelegramDesk
from entrypoints.http.accounts.telegram_schemas import LinkTelegramBody, SignInByTelegramBody
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as

_OF_SIGN_IN: Final = documented(
    body=TELEGRAM,
    answer=SIGNED_IN,
    refusals=(
        InvalidAssertion,
        AccountDisabled,
        TelegramNotConfigured,
        InvalidValue,
        SecondFactorNeeded,
        InvalidSecondFactor,
        TooManyAttempts,
    ),
)
_OF_LINK: Final = documented(
    body={**TELEGRAM, **PROOF},
    refusals=(InvalidAssertion, TelegramTaken, TelegramNotConfigured, InvalidValue, *REFUSALS),
)
_OF_UNLINK: Final = documented(body=PROOF, refusals=(LastWayIn, *REFUSALS))


@post("/auth/telegram", status_code=200, opt=GUARDED | _OF_SIGN_IN)
async def sign_in_by_telegram(
    data: JSONBody[SignInByTelegramBody], client: Injected[Client], telegram_desk: Injected[TelegramDesk]
) -> SignedInJson:
    """Sign in by what Telegram has signed: `initData` of a mini-app, or the answer of the login widget.

    The first time this makes an account of a customer, with the name that Telegram knows and no way to reach it; an
    account that is there already is linked at `/users/me/telegram`. What Telegram has signed is good for five minutes,
    unless the server says otherwise, and once.
    """
    return await telegram_desk.sign_in(data, client)


@post("/users/me/telegram", status_code=204, opt=limited_as(AUTH) | _OF_LINK)
async def link_telegram(
    data: JSONBody[LinkTelegramBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    telegram_desk: Injected[TelegramDesk],
) -> None:
    """Link Telegram to one's own account, to sign in by it.

    The account's password is needed; where it has none, a session that began in the last five minutes. All other
    sessions end. Linking again what is linked already changes nothing.
    """
    await telegram_desk.link(actor, session_id, data)


@delete("/users/me/telegram", opt=limited_as(AUTH) | _OF_UNLINK)
async def unlink_telegram(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    telegram_desk: Injected[TelegramDesk],
    data: JSONBody[ProofBody] = NO_PASSWORD,
) -> None:
    """Unlink Telegram from one's own account.

    The account's password is needed; where it has none, a session that began in the last five minutes. All other
    sessions end. It is refused to an account that has no password and no verified e-mail address or phone number.
    """
    await telegram_desk.unlink(actor, session_id, data)


routes: Final = Router("/", route_handlers=[sign_in_by_telegram, link_telegram, unlink_telegram])
