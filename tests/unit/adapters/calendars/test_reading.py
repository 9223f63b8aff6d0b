"""The port `FeedReader`, from the address to the busy times."""

import asyncio
import gzip
from collections.abc import Sequence

import pytest
from tests.unit.adapters.calendars.feed_server import feeds, http, redirect, why_not
from tests.unit.adapters.calendars.written import HOME_ZONE, YEAR, calendar, event, said

from adapters.calendars.reader import HttpFeedReader
from booking_domain.scheduling.feeds import FeedUnreadable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import TimeRange

FEED = calendar(event("DTSTART;VALUE=DATE:20260301"), event("DTSTART:20260401T090000Z\nDURATION:PT1H", "two@tests"))


async def read_from(answer: bytes, *, zone: str = HOME_ZONE) -> Sequence[TimeRange]:
    async with feeds(answer) as server, HttpFeedReader(allow_private=True) as reader:
        return await reader.read(server.url(), window=YEAR, time_zone=zone)


def test_a_feed_is_read() -> None:
    assert said(asyncio.run(read_from(http(FEED)))) == ["02-28 16:00/03-01 16:00", "04-01 09:00/10:00"]


def test_a_compressed_feed_is_read() -> None:
    answer = http(gzip.compress(FEED), headers="content-encoding: gzip\r\n")
    assert said(asyncio.run(read_from(answer, zone="UTC"))) == ["03-01 00:00/03-02 00:00", "04-01 09:00/10:00"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http(status="404 Not Found"), "the server answered 404"),
        (http("<html><title>Sign in to the Wi-Fi</title></html>"), "it is not an iCalendar file"),
        (http(FEED[:-20]), "it breaks off before its end, or is not well formed"),
        (http(bytes(5_000_001)), "it is larger than 5,000,000 bytes"),
        (redirect("/again"), "it redirects too often"),
    ],
)
def test_why_a_feed_could_not_be_read_is_told(answer: bytes, reason: str) -> None:
    with pytest.raises(FeedUnreadable) as caught:
        asyncio.run(read_from(answer))
    assert str(caught.value) == f"The external calendar could not be read: {reason}."


def test_a_server_on_a_private_address_is_never_called() -> None:
    async def play() -> tuple[str, str, list[str]]:
        async with feeds(http(FEED)) as server, HttpFeedReader() as reader:
            at_port = await why_not(reader.read(server.url(), window=YEAR, time_zone=HOME_ZONE))
            at_home = await why_not(reader.read("http://localhost/", window=YEAR, time_zone=HOME_ZONE))
            return at_port, at_home, server.requests

    by_port, by_address = "its address names a port other than 80 and 443", "its address is not on the public internet"
    assert asyncio.run(play()) == (by_port, by_address, [])


def test_many_feeds_are_read_at_once() -> None:
    async def play() -> list[Sequence[TimeRange]]:
        async with feeds(http(FEED)) as server, HttpFeedReader(allow_private=True) as reader:
            each = [reader.read(server.url(), window=YEAR, time_zone=HOME_ZONE) for _ in range(5)]
            return await asyncio.gather(*each)

    assert [len(found) for found in asyncio.run(play())] == [2] * 5


def test_whoever_gives_up_waiting_is_not_told_that_the_feed_is_unreadable() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def play() -> None:
        async with feeds(stall) as server, HttpFeedReader(allow_private=True) as reader:
            async with asyncio.timeout(0.2):
                await reader.read(server.url(), window=YEAR, time_zone=HOME_ZONE)

    with pytest.raises(TimeoutError):
        asyncio.run(play())


def test_a_zone_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(InvalidValue):
        asyncio.run(read_from(http(FEED), zone="Nowhere/At_All"))
