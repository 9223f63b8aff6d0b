"""The client of the services that the deployment configures."""

import pytest
from tests.unit.adapters.webhooks.receiver import answer, receiving

from adapters.kit.http_client import http_client


@pytest.mark.parametrize("location", ["https://xn--/", "https://[::1/", "/elsewhere", "\xff"])
async def test_a_redirect_is_neither_followed_nor_read(location: str) -> None:
    async with receiving(answer(302, headers=f"location: {location}\r\n")) as receiver, http_client() as http:
        response = await http.get(receiver.url())
    assert (response.status_code, response.next_request, len(receiver.requests)) == (302, None, 1)
