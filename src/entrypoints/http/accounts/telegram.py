"""`/auth/telegram` and `/users/me/telegram`: sign in with Telegram, link it, unlink it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, delete, post
from litestar.params import JSONBody
from msgspec import Meta

from booking_domain.identity.errors import TelegramNotConfigured
from booking_domain.identity.external_identities import (
    MAX_INIT_DATA,
    IdentityProvider,
    InitData,
    TelegramProof,
    WidgetLogin,
)
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.identity.telegram_links import LinkCodes
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import own_account
from booking_domain.use_cases.identity.own_account import Requester
from booking_domain.use_cases.identity.sign_in import sign_in_with_telegram
from entrypoints.http.accounts.schemas import (
    GUARDED,
    NO_PROOF,
    PROOF,
    TELEGRAM,
    AcceptedBody,
    Password,
    ProofBody,
    SecondFactorText,
    SignedInJson,
    accepted_versions,
    signed_in,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Timestamp, ZoneName
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.telegram.bot import Bot

_Text = Annotated[str, Meta(max_length=2_048)]
_Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
InitDataText = Annotated[
    str, Meta(min_length=1, max_length=MAX_INIT_DATA, description="`Telegram.WebApp.initData`, unchanged.")
]
WidgetFields = Annotated[
    Mapping[Annotated[str, Meta(max_length=64)], _Text | _Number],
    Meta(max_length=32, description="All fields of the login widget's answer, unchanged: `id`, `auth_date`, `hash`, …"),
]


class TelegramBody(Body, frozen=True, kw_only=True):
    """Data that Telegram has signed, of a mini-app or of the login widget; exactly one of them is required."""

    init_data: InitDataText | None = None
    widget: WidgetFields | None = None

    def proof(self) -> TelegramProof:
        """The signed data, or `InvalidValue` unless there is exactly one."""
        if self.init_data is not None and self.widget is None:
            return InitData(self.init_data)
        if self.widget is not None and self.init_data is None:
            return WidgetLogin({key: str(value) for key, value in self.widget.items()})
        raise InvalidValue(field="init_data", problem="either initData or widget is required")


class SignInByTelegramBody(TelegramBody, frozen=True, kw_only=True):
    """Data that Telegram has signed, a code of the second factor, if there is one, and the values of a new account."""

    second_factor: SecondFactorText | None = None
    accepted: AcceptedBody | None = None
    time_zone: ZoneName | None = None
    """The time zone (IANA) of a new account. Default: the platform's."""


class LinkTelegramBody(TelegramBody, frozen=True, kw_only=True):
    """Data that Telegram has signed, and the account's current password, if it has one."""

    current_password: Password | None = None


class TelegramLinkJson(Json, frozen=True, kw_only=True):
    """A link that opens the bot in Telegram."""

    url: str
    expires_at: Timestamp


_OF_LINK: Final = documented(
    own_account.link_telegram, raises=(InvalidValue,), body={**TELEGRAM, **PROOF}, no_idempotency_key=CONFIDENTIAL
)


@post(
    "/auth/telegram",
    status_code=200,
    opt=GUARDED
    | documented(sign_in_with_telegram, raises=(InvalidValue,), body=TELEGRAM, no_idempotency_key=CONFIDENTIAL),
)
async def sign_in_by_telegram(
    data: JSONBody[SignInByTelegramBody],
    request: Request[Any, Any, Any],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    *,
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Sign in with data that Telegram has signed: `initData` of a mini-app, or the answer of the login widget.

    The first sign-in creates a customer account with the user's name from Telegram and no contact. To use an existing
    account, link it first at `/users/me/telegram`. Signed data can be used once, within five minutes unless configured
    otherwise; the client that signed in with it may show it again until then, with its `X-Client-Token` or cookie, as a
    mini-app does that is loaded again. `accepted` is recorded for new and existing accounts.
    """
    tokens = await sign_in_with_telegram(
        identity,
        data.proof(),
        client=client,
        client_trace=client_trace,
        second_factor=data.second_factor,
        accepted=accepted_versions(data.accepted),
        locale=language_for(request),
        time_zone=data.time_zone,
    )
    return signed_in(tokens, session_mode)


@post("/users/me/telegram", status_code=204, opt=limited_as(AUTH) | _OF_LINK)
async def link_telegram(
    data: JSONBody[LinkTelegramBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
) -> None:
    """Link Telegram to your account, to sign in with it.

    The account's password is required; an account without one must have signed in within five minutes. All other
    sessions end. Linking the same Telegram account again changes nothing.
    """
    await own_account.link_telegram(identity, Requester(actor, session_id), data.proof(), data.current_password)


@post(
    "/users/me/telegram-link",
    opt=limited_as(AUTH)
    | documented(
        own_account.start_telegram_link,
        raises=(TelegramNotConfigured,),
        body=PROOF,
        no_idempotency_key=CONFIDENTIAL,
    ),
    operation_id="startTelegramLink",
)
async def start_telegram_link(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    data: JSONBody[ProofBody] = NO_PROOF,
    *,
    identity: Injected[Identity],
    link_codes: Injected[LinkCodes],
    bot: Injected[Bot],
) -> TelegramLinkJson:
    """Return a link that opens the bot and links the Telegram account of the person who opens it.

    The account's password is required; an account without one must have signed in within five minutes. The link can be
    used once, within ten minutes and while this session lasts. Opening it ends all other sessions.
    """
    if not bot.name:
        raise TelegramNotConfigured
    requester = Requester(actor, session_id)
    code, good_until = await own_account.start_telegram_link(identity, link_codes, requester, data.current_password)
    return TelegramLinkJson(url=f"https://t.me/{bot.name}?start={code}", expires_at=good_until)


@delete("/users/me/telegram", opt=limited_as(AUTH) | documented(own_account.unlink, body=PROOF))
async def unlink_telegram(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> None:
    """Unlink Telegram from your account.

    The account's password is required; an account without one must have signed in within five minutes. All other
    sessions end. The request is refused if Telegram is the last way to sign in: set a password or verify a contact
    first.
    """
    requester = Requester(actor, session_id)
    await own_account.unlink(identity, requester, IdentityProvider.TELEGRAM, data.current_password)


routes: Final = Router("/", route_handlers=[sign_in_by_telegram, link_telegram, start_telegram_link, unlink_telegram])
