"""Watch the API for problems that the OpenAPI document does not list for their route, or that do not say where."""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from booking_domain.shared.errors import InvalidValue
from entrypoints.http.kit.openapi.answers import errors_of

_OF_THE_KIT: Final = ("http.", "validation.invalid_input", "validation.body_too_large", "validation.unsupported_media_")
_BUG: Final = "service.internal_error"
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class UndocumentedProblems:
    """An ASGI application around another; `found` lists undocumented problems, and those of values that name none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.found: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = False

        async def watched(message: Message) -> None:
            nonlocal problem
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                problem = headers.get(b"content-type") == b"application/problem+json"
                problem = problem and b"content-encoding" not in headers
            elif message["type"] == "http.response.body" and problem and message["body"]:
                self._check(scope, _decode(message["body"]))
            await send(message)

        await self._app(scope, receive, watched)

    def _check(self, scope: Scope, problem: dict[str, Any]) -> None:
        handler: Any = scope.get("route_handler")
        code = problem["code"]
        if handler is None or code == _BUG or code.startswith(_OF_THE_KIT):
            return
        error = next((each for each in errors_of(handler) if each.code == code), None)
        if error is None:
            self.found.append(f"{scope.get('path_template')} {handler.fn.__name__}: {code}")
        elif problem["status"] == HTTPStatus.UNPROCESSABLE_ENTITY and "errors" not in problem:
            body = handler.parsed_data_field
            if body and (
                error is InvalidValue or error.input_field in getattr(body.annotation, "__struct_fields__", ())
            ):
                self.found.append(f"{scope.get('path_template')} names no member: {code}: {problem['detail']}")
