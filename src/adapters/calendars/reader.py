"""Reads calendar feeds over HTTP."""

import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from adapters.calendars.fetching import Fetcher
from adapters.calendars.sandbox import Sandbox
from adapters.kit.opened import Opened
from adapters.kit.pinned_client import PinnedClient
from booking_domain.scheduling.feeds import FeedReader, FeedUnreadable
from booking_domain.shared import time
from booking_domain.shared.time import TimeRange

_LOG = logging.getLogger(__name__)
DEFAULT_MAX_BYTES: Final = 5_000_000


class HttpFeedReader(Opened, FeedReader):
    """Reads feeds concurrently; share one instance per process, and open and close it with `async with`.

    `timeout_seconds` bounds a fetch, including name resolution and redirects; `Sandbox` bounds the parsing. `max_bytes`
    limits the decompressed size. `allow_private`, for tests and development only, allows every address and port.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout_seconds: float = 10.0,
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_redirects: int = 3,
    ) -> None:
        self._http = PinnedClient.public(
            timeout_seconds=timeout_seconds, schemes=frozenset({"http", "https"}), allow_private=allow_private
        )
        self._fetcher = Fetcher(
            self._http, timeout_seconds=timeout_seconds, max_bytes=max_bytes, max_redirects=max_redirects
        )
        self._sandbox = Sandbox()

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        """Wait for running parses; the reader cannot be reopened."""
        await self._sandbox.close()
        await self._http.close()

    async def read(self, url: str, *, window: TimeRange, time_zone: str) -> Sequence[TimeRange]:
        """As in the port; raises `InvalidValue` for an unknown `time_zone`."""
        zone = time.time_zone(time_zone)
        try:
            file = await self._fetcher.fetch(url)
        except FeedUnreadable as unreadable:
            if unreadable.detail:
                _LOG.info("calendar feed at %s could not be reached: %s", urlsplit(url).hostname, unreadable.detail)
            raise
        return await self._sandbox.busy_times(file, window=window, time_zone=zone.key)
