"""`/webhooks/telegram`: messages to the bot."""

from typing import Any, Final

from litestar import Request, Router, post
from msgspec import MsgspecError

from adapters.kit.signatures import matches
from booking_domain.notifications.errors import InvalidWebhookSecret
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.refusals import invalid_input
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.request_heads import sole_headers
from entrypoints.settings.main import Settings
from entrypoints.telegram.bot import Bot
from entrypoints.telegram.updates import decode_update

SECRET: Final = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header


@post(
    "/",
    status_code=204,
    opt=PUBLIC | limited_as("webhook") | documented(raises=(InvalidWebhookSecret,), no_idempotency_key=REPEATED),
)
async def take_telegram_update(
    request: Request[Any, Any, Any], *, settings: Injected[Settings], bot: Injected[Bot]
) -> None:
    """Receive an update of the bot.

    Telegram sends the secret of the webhook (`X-Telegram-Bot-Api-Secret-Token`); a wrong one is rejected with 403. If
    an update cannot be handled now, the answer is 503, so that Telegram sends it again.
    """
    secret = settings.telegram.webhook_secret.encode()
    if not secret or not matches(sole_headers(request).get(SECRET, ""), [secret]):
        raise InvalidWebhookSecret
    try:
        update = decode_update(await request.body())
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        raise invalid_input("", "This is not an update of the Bot API.") from None
    await bot.take(update)


routes: Final = Router("/webhooks/telegram", route_handlers=[take_telegram_update])
