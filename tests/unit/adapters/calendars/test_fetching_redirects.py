import pytest
from tests.unit.adapters.calendars.feed_server import (
    FEED,
    PRIVATE_ADDRESS,
    PUBLIC_ADDRESS,
    FakeResolver,
    failure_reason,
    feeds,
    fetching,
    http,
    redirect,
    refused,
)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("target", ["/there?key=x", "there?key=x", "//{home}/there?key=x", "http://{home}/there?key=x"])
async def test_a_redirect_is_followed(status: str, target: str) -> None:
    def response(path: str) -> bytes:
        home = f"{PUBLIC_ADDRESS}:{server.port}"
        return http(FEED) if path == "/there?key=x" else redirect(target.format(home=home), status)

    async with feeds(response) as server, fetching() as fetcher:
        file, requests = await fetcher.fetch(server.url()), server.requests
    assert file == FEED
    assert len(requests) == 2


@pytest.mark.parametrize("most", [0, 1, 3])
async def test_a_redirect_loop_stops_at_the_maximum(most: int) -> None:
    async with feeds(redirect("/again")) as server, fetching(max_redirects=most) as fetcher:
        result = await failure_reason(fetcher.fetch(server.url())), len(server.requests)
    assert result == ("it redirects too often", most + 1)


async def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    async with (
        feeds(http(FEED), address=PRIVATE_ADDRESS) as private,
        feeds(redirect(private.url(host=PRIVATE_ADDRESS))) as public,
        fetching() as fetcher,
    ):
        result = await failure_reason(fetcher.fetch(public.url())), len(public.requests), private.requests
    assert result == ("its address is not on the public internet", 1, [])


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://u:p@127.0.0.1/", "its address holds a user name or a password"),
        ("file:///etc/passwd", "its address is not an http(s) or webcal address"),
        ("http://999.1.1.1/", "the answer was not understood, or broke off"),
        ("http://xn--/", "the answer was not understood, or broke off"),
        ("http://xn--.example.com/", "the answer was not understood, or broke off"),
        ("//a..b/", "its host name is not known"),
        ("http://[2606:4700::1111%25lo]/", "its host name is not known"),
        ("http://127.0.0.1\\@127.0.0.2/", "its address holds a user name or a password"),
        ("http://[::1/", "the answer was not understood, or broke off"),
        ("http://127.0.0.1:99999999/", "its address is not an http(s) or webcal address"),
        ("", "it redirects too often"),
    ],
)
async def test_every_redirect_target_is_validated(location: str, reason: str) -> None:
    assert await refused(redirect(location)) == reason


async def test_a_name_that_later_resolves_to_a_private_address_is_refused() -> None:
    async with (
        feeds(redirect("/again")) as server,
        fetching(FakeResolver([[PUBLIC_ADDRESS], [PRIVATE_ADDRESS]])) as fetcher,
    ):
        result = await failure_reason(fetcher.fetch(server.url(host="feed.test")))
    assert result == "its address is not on the public internet"
