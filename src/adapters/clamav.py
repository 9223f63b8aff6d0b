"""Scans for malware with ClamAV, by the command `INSTREAM` of clamd (clamd(8))."""

import asyncio
import re
from typing import Final

from booking_domain.files.model import FileStorageUnavailable
from booking_domain.files.ports import MalwareScanner

_CHUNK: Final = 64 * 1024
_LENGTH_BYTES: Final = 4
_MAX_RESPONSE: Final = 4_096
_CLEAN: Final = b"stream: OK\0"
_FOUND: Final = re.compile(rb"stream: ([^\0\n]+) FOUND\0")


class NoScanner(MalwareScanner):
    """Finds nothing: no scanner is configured."""

    async def scan(self, content: bytes) -> str | None:
        del content
        return None


class ClamAv(MalwareScanner):
    """A clamd that listens on TCP. Only the whole answer `stream: OK` is clean; one without a verdict is no answer.

    clamd must be configured with `StreamMaxLength` of at least 15M, `AlertExceedsMax yes` and
    `AlertEncryptedArchive yes`; otherwise it reports files as clean that it could not scan.
    """

    def __init__(self, host: str, port: int, *, timeout_seconds: float = 20.0) -> None:
        self._host, self._port = host, port
        self._timeout_seconds = timeout_seconds

    async def scan(self, content: bytes) -> str | None:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._ask(content)
        except (OSError, TimeoutError):
            raise FileStorageUnavailable from None
        if answer == _CLEAN:
            return None
        found = _FOUND.fullmatch(answer)
        if found is None:
            raise FileStorageUnavailable
        return found[1].decode(errors="replace")

    async def _ask(self, content: bytes) -> bytes:
        """The answer until clamd closes the connection: its beginning can be that of another verdict."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                writer.write(len(chunk).to_bytes(_LENGTH_BYTES) + chunk)
                await writer.drain()
            writer.write(bytes(_LENGTH_BYTES))
            await writer.drain()
            answer = b""
            while len(answer) <= _MAX_RESPONSE and (more := await reader.read(_MAX_RESPONSE)):
                answer += more
        finally:
            writer.close()
        return answer
