"""One-time e-mail codes for development, written as JSON files to the folder of messages."""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from adapters.console.files import message_path, write_message
from booking_domain.notifications.codes import CodeMessenger, code_notice
from booking_domain.notifications.notices import TranslatedNotice, Translator
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import UserId


class ConsoleCodeMessenger(CodeMessenger):
    """Writes one file `{channel, to, subject, text, createdAt}` per code; prints only its path, not address or code."""

    def __init__(self, folder: Path, clock: Clock, translator: Translator) -> None:
        self._folder = folder
        self._clock = clock
        self._translator = translator

    async def send_code(
        self,
        *,
        to: str,
        code: str,
        purpose: str,
        locale: str,
        user_id: UserId | None = None,
    ) -> None:
        notice = self._translator.translate(code_notice(purpose, code), locale)
        await asyncio.to_thread(self._write, to, notice, user_id)

    def _write(self, to: str, notice: TranslatedNotice, user_id: UserId | None) -> None:
        now = self._clock.now()
        path = message_path(self._folder, f"{now:%Y%m%dT%H%M%S.%fZ}-{uuid4()}", user_id)
        write_message(
            path, now, channel="email", to=to, subject=notice.subject, text=notice.text, language=notice.language
        )
        sys.stdout.write(f"[code by email] {path}\n")
        sys.stdout.flush()
