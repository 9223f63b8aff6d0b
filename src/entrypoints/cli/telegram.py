"""`telegram`: answer the bot's updates without a webhook, or tell Telegram where to post them."""

import asyncio
from typing import Final

from adapters.telegram.bot_api import TelegramBotApi
from booking_domain.notifications.errors import ChatUnavailable
from booking_domain.shared.errors import ConcurrentChange, StorageUnavailable
from entrypoints.cli.startup import CannotStart
from entrypoints.container import Container
from entrypoints.languages.values import written_for
from entrypoints.settings.main import Settings
from entrypoints.telegram.bot import Bot
from entrypoints.telegram.updates import decode_update
from entrypoints.wiring.root import opened

_WEBHOOK: Final = "/api/v1/webhooks/telegram"
_WAIT_SECONDS: Final = 25
_PAUSE_SECONDS: Final = 5.0


async def run_bot(settings: Settings, *, webhook: bool) -> None:
    """Poll until the process ends; with `webhook`, register the webhook and return.

    Raises:
        CannotStart: a setting is missing.
        ChatUnavailable: the webhook cannot be set, or removed.
    """
    telegram = settings.telegram
    if not telegram.bot_name or (webhook and not telegram.webhook_secret):
        raise CannotStart("BOOKING_TELEGRAM_BOT_NAME is missing, or BOOKING_TELEGRAM_WEBHOOK_SECRET for a webhook.")
    container = Container(settings=settings)
    api = container.chats()
    async with opened(api):
        if webhook:
            await api.set_webhook(settings.public_url + _WEBHOOK, telegram.webhook_secret)
            return
        await api.remove_webhook()
        offset = 0
        async with opened(container.database(), container.gateways()):
            with written_for(settings.region):
                while True:
                    try:
                        offset = await poll(api, container.bot(), offset, wait_seconds=_WAIT_SECONDS)
                    except (ChatUnavailable, StorageUnavailable, ConcurrentChange):
                        await asyncio.sleep(_PAUSE_SECONDS)


async def poll(api: TelegramBotApi, bot: Bot, offset: int, *, wait_seconds: int) -> int:
    """Answer the waiting updates from number `offset` on; return the number after the last one."""
    for found in await api.updates(offset, wait_seconds=wait_seconds):
        update = decode_update(found)
        await bot.take(update)
        offset = update.update_id + 1
    return offset
