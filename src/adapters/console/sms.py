"""SMS for development, written as JSON files to the folder of messages."""

import asyncio
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.console.files import sms_path, write_message
from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import SmsCost, SmsReceipt, SmsReport, SmsStatus
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import SmsId
from booking_domain.shared.phones import masked, phone_number

CONSOLE: Final = "console"
_FREE: Final = SmsCost(millionths=0, currency="MNT")


class ConsoleSmsSender(SmsSender):
    """Writes one file `{channel, to, subject, text, createdAt}` per key, and prints its path.

    The full number and the text, which may be a code, are never printed.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    @property
    def name(self) -> str:
        return CONSOLE

    async def open(self) -> None:
        """Do nothing: the first message creates the folder."""

    async def close(self) -> None:
        """Do nothing: no resource is held."""

    async def send(self, *, to: str, text: str, key: SmsId) -> SmsReceipt:
        try:
            phone_number(to)
        except InvalidValue:
            raise SmsRefused(provider=CONSOLE, reason="no phone number") from None
        try:
            await asyncio.to_thread(self._write, to, text, key)
        except OSError:
            raise SmsUnavailable(provider=CONSOLE) from None
        return SmsReceipt(
            provider_message_id=str(key), status=SmsStatus.DELIVERED, segments=segments_of(text), cost=_FREE
        )

    async def report(self, provider_message_id: str) -> SmsReport:
        try:
            known = await asyncio.to_thread(self._path(SmsId(UUID(provider_message_id))).exists)
        except ValueError:
            known = False
        if not known:
            raise SmsUnavailable(provider=CONSOLE)
        return SmsReport(status=SmsStatus.DELIVERED, cost=_FREE)

    def _write(self, to: str, text: str, key: SmsId) -> None:
        path = self._path(key)
        if write_message(path, self._clock.now(), channel="sms", to=to, subject="", text=text):
            sys.stdout.write(f"[sms to {masked(to)}] {path}\n")
            sys.stdout.flush()

    def _path(self, key: SmsId) -> Path:
        return sms_path(self._folder, key)
