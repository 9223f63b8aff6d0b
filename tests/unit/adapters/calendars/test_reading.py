"""`HttpFeedReader`, from the URL to the busy times."""

import asyncio
import gzip
from collections.abc import Sequence

import pytest
from tests.unit.adapters.calendars.feed_server import failure_reason, feeds, http, redirect
from tests.unit.adapters.calendars.ics import HOME_ZONE, YEAR, calendar, event, formatted

from adapters.calendars.reader import HttpFeedReader
from booking_domain.scheduling.feeds import UNREACHABLE, FeedUnreadable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import TimeRange

FEED = calendar(event("DTSTART;VALUE=DATE:20260301"), event("DTSTART:20260401T090000Z\nDURATION:PT1H", "two@tests"))


async def read_from(response: bytes, *, zone: str = HOME_ZONE) -> Sequence[TimeRange]:
    async with feeds(response) as server, HttpFeedReader(allow_private=True) as reader:
        return await reader.read(server.url(), window=YEAR, time_zone=zone)


async def test_a_feed_is_read() -> None:
    assert formatted(await read_from(http(FEED))) == ["02-28 16:00/03-01 16:00", "04-01 09:00/10:00"]


async def test_a_compressed_feed_is_read() -> None:
    response = http(gzip.compress(FEED), headers="content-encoding: gzip\r\n")
    assert formatted(await read_from(response, zone="UTC")) == ["03-01 00:00/03-02 00:00", "04-01 09:00/10:00"]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (http(status="404 Not Found"), "the server answered 404"),
        (http("<html><title>Sign in to the Wi-Fi</title></html>"), "it is not an iCalendar file"),
        (http(FEED[:-20]), "it breaks off before its end, or is not well formed"),
        (http(bytes(5_000_001)), "it is larger than 5,000,000 bytes"),
        (redirect("/again"), "it redirects too often"),
    ],
)
async def test_the_error_states_why_a_feed_is_unreadable(response: bytes, reason: str) -> None:
    with pytest.raises(FeedUnreadable) as caught:
        await read_from(response)
    assert str(caught.value) == f"The external calendar could not be read: {reason}."


async def test_a_private_address_is_never_contacted() -> None:
    async with feeds(http(FEED)) as server, HttpFeedReader() as reader:
        at_port = await failure_reason(reader.read(server.url(), window=YEAR, time_zone=HOME_ZONE))
        at_home = await failure_reason(reader.read("http://localhost/", window=YEAR, time_zone=HOME_ZONE))
        result = at_port, at_home, server.requests
    by_port, by_address = "its address names a port other than 80 and 443", "its address is not on the public internet"
    assert result == (by_port, by_address, [])


async def test_feeds_are_read_concurrently() -> None:
    async with feeds(http(FEED)) as server, HttpFeedReader(allow_private=True) as reader:
        each = [reader.read(server.url(), window=YEAR, time_zone=HOME_ZONE) for _ in range(5)]
        result = await asyncio.gather(*each)
    assert [len(found) for found in result] == [2] * 5


async def test_a_callers_timeout_is_not_reported_as_an_unreadable_feed() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def run() -> None:
        async with feeds(stall) as server, HttpFeedReader(allow_private=True) as reader:
            async with asyncio.timeout(0.2):
                await reader.read(server.url(), window=YEAR, time_zone=HOME_ZONE)

    with pytest.raises(TimeoutError):
        await run()


async def test_an_unknown_time_zone_raises_invalid_value() -> None:
    with pytest.raises(InvalidValue):
        await read_from(http(FEED), zone="Nowhere/At_All")


async def test_network_errors_are_not_disclosed_to_the_provider(caplog: pytest.LogCaptureFixture) -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with feeds(stall) as server:
        slow = server.url()
        async with feeds(http(FEED)) as closed:
            refused = closed.url()
        reasons, details = set(), list[str]()
        for allow_private, url, seconds in (
            (False, "http://localhost/", 60.0),
            (False, "http://127.0.0.1/", 60.0),
            (False, "http://no-such-name.invalid/", 60.0),
            (True, refused, 60.0),
            (True, slow, 0.5),
        ):
            async with HttpFeedReader(allow_private=allow_private, timeout_seconds=seconds) as reader:
                with caplog.at_level("INFO"), pytest.raises(FeedUnreadable) as unreadable:
                    await reader.read(url, window=YEAR, time_zone=HOME_ZONE)
            reasons.add(unreadable.value.why)
            details.append(unreadable.value.detail)
    assert reasons == {UNREACHABLE}
    assert details == [
        "its address is not on the public internet",
        "its address is not on the public internet",
        "its host name is not known",
        "no connection could be made",
        "there was no answer in time",
    ]
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert all(detail in logged for detail in details)
