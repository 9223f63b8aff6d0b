"""`Idempotency-Key`: a repeated request has one effect and gets the first response, byte for byte."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

from litestar import Request
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from booking_domain.shared.idempotency import IdempotencyKey
from entrypoints.http.kit.documentation import KEY, Documentation
from entrypoints.http.kit.refusals import invalid_input

HEADER: Final = "Idempotency-Key"
CONFIDENTIAL: Final = "the request or the answer contains what is stored only encrypted or hashed"
ONE_CODE: Final = "keys belong to accounts, and the caller may have none; a code is sent at most once a minute"
REPEATED: Final = "its sender repeats it without one, and a repetition has no effect"
COMPUTES: Final = "nothing is stored"
"""Why a POST takes no key; see `documented`."""
_VISIBLE: Final = re.compile(rb"[\x21-\x7e]{1,255}")


def takes_key(handler: BaseRouteHandler) -> bool:
    """Whether a route takes a key: each POST that runs a use case and does not say why not."""
    said: Documentation = handler.opt.get(KEY) or Documentation()
    if said.no_idempotency_key or "run" not in handler.parsed_fn_signature.parameters:
        return False
    return isinstance(handler, HTTPRouteHandler) and "POST" in handler.http_methods


async def key_of(request: Request[Any, Any, Any]) -> IdempotencyKey | None:
    """The key of a request, bound to its caller, address and body; None if it has none."""
    scope = request.scope
    key = _key(scope["headers"])
    if key is None:
        return None
    sent = f"{scope['method']} {scope['path']}\n".encode() + await request.body()
    return IdempotencyKey(caller=scope["user"].id, key=key, fingerprint=sha256(sent).digest())


def _key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    keys = [value for name, value in headers if name == b"idempotency-key"]
    if not keys:
        return None
    if len(keys) > 1 or not _VISIBLE.fullmatch(keys[0]):
        raise invalid_input(f"/header/{HEADER}", "One key of 1 to 255 visible ASCII characters.")
    return keys[0].decode()
