import asyncio

import pytest
from tests.unit.adapters.calendars.feed_server import (
    ELSEWHERE,
    FEED,
    HOME,
    Names,
    feeds,
    fetching,
    http,
    redirect,
    refused,
    why_not,
)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("target", ["/there?key=x", "there?key=x", "//{home}/there?key=x", "http://{home}/there?key=x"])
def test_a_redirect_is_followed(status: str, target: str) -> None:
    async def play() -> tuple[bytes, list[str]]:
        def answer(path: str) -> bytes:
            home = f"{HOME}:{server.port}"
            return http(FEED) if path == "/there?key=x" else redirect(target.format(home=home), status)

        async with feeds(answer) as server, fetching() as fetcher:
            return await fetcher.fetch(server.url()), server.requests

    file, requests = asyncio.run(play())
    assert file == FEED
    assert len(requests) == 2


@pytest.mark.parametrize("most", [0, 1, 3])
def test_a_loop_of_redirects_ends(most: int) -> None:
    async def play() -> tuple[str, int]:
        async with feeds(redirect("/again")) as server, fetching(max_redirects=most) as fetcher:
            return await why_not(fetcher.fetch(server.url())), len(server.requests)

    assert asyncio.run(play()) == ("it redirects too often", most + 1)


def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    async def play() -> tuple[str, int, list[str]]:
        async with (
            feeds(http(FEED), address=ELSEWHERE) as private,
            feeds(redirect(private.url(host=ELSEWHERE))) as public,
            fetching() as fetcher,
        ):
            return await why_not(fetcher.fetch(public.url())), len(public.requests), private.requests

    assert asyncio.run(play()) == ("its address is not on the public internet", 1, [])


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://u:p@127.0.0.1/", "its address holds a user name or a password"),
        ("file:///etc/passwd", "its address is not an http(s) or webcal address"),
        ("http://999.1.1.1/", "the answer was not understood, or broke off"),
        ("", "it redirects too often"),
    ],
)
def test_each_redirect_is_looked_at_like_the_first_address(location: str, reason: str) -> None:
    assert refused(redirect(location)) == reason


def test_a_name_that_becomes_private_is_refused_the_next_time() -> None:
    async def play() -> str:
        async with feeds(redirect("/again")) as server, fetching(Names([[HOME], [ELSEWHERE]])) as fetcher:
            return await why_not(fetcher.fetch(server.url(host="feed.test")))

    assert asyncio.run(play()) == "its address is not on the public internet"
