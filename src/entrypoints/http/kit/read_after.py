"""How fresh the reads of each request must be, where a replica is read.

An answer to a write says its place in the log of the database: in the header `Read-After` and, to who has no token, in
a cookie. Later requests of the client bring it back, and are answered by what has at least that place. Who has a token
and says nothing may have written through another process: it reads on the primary.
"""

import re
from typing import Final

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from booking_domain.shared.positions import POSITION, Position

READ_AFTER: Final = b"read-after"
COOKIE: Final = "__Host-read-after"
_KEPT_SECONDS: Final = 3_600
"""No replica that is read is so late."""
_OWN: Final = "Secure; HttpOnly; SameSite=Lax"
_PLACE: Final = re.compile(rb"[0-9]{1,18}")
_IN_COOKIE: Final = re.compile(rb"(?:^|; ?)" + COOKIE.encode() + rb"=([0-9]{1,18})(?=;|$)")


def read_after_writes(app: Litestar) -> None:
    """Let each client read what it has written."""
    app.asgi_handler = _placed(app.asgi_handler)


def _placed(app: ASGIApp) -> ASGIApp:
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        position = Position(_needed(asked))

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and position.written is not None:
                place = str(position.written).encode()
                headers = [*message["headers"], (READ_AFTER, place)]
                if b"authorization" not in asked:
                    cookie = f"{COOKIE}={position.written}; Path=/; Max-Age={_KEPT_SECONDS}; {_OWN}"
                    headers.append((b"set-cookie", cookie.encode()))
                message["headers"] = headers
            await send(message)

        token = POSITION.set(position)
        try:
            await app(scope, receive, sent)
        finally:
            POSITION.reset(token)

    return handle


def _needed(headers: dict[bytes, bytes]) -> int | None:
    said = headers.get(READ_AFTER)
    if said is not None:
        return int(said) if _PLACE.fullmatch(said) else None
    if b"authorization" in headers:
        return None
    kept = _IN_COOKIE.search(headers.get(b"cookie", b""))
    return 0 if kept is None else int(kept[1])
