"""What comes back of a call to somebody else's server: read whole, and bounded."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

ACCEPT: Final = {"accept": "application/json", "accept-encoding": "identity"}
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "deflate"})
"""One layer of a mild compression, for a proxy that insists; a stack of them is a bomb."""


class UnusableAnswer(Exception):
    """Nothing follows from what the server said; the text says why in words of our own, as it may have said secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, of whichever status."""

    status: int
    body: bytes

    @property
    def succeeded(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


async def read_answer(response: httpx.Response, *, most_bytes: int) -> Answer:
    """Read a streamed response whole.

    Raises:
        UnusableAnswer: it is larger, or in an encoding that was not asked for.
    """
    if response.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        raise UnusableAnswer("an answer in an encoding that was not asked for")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most_bytes:
            raise UnusableAnswer(f"an answer of more than {most_bytes} bytes")
    return Answer(status=response.status_code, body=bytes(body))
