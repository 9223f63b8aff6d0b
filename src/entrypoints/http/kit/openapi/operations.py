"""One operation."""

import re
from inspect import cleandoc
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler

from entrypoints.http.kit.documentation import ALIAS, KEY, Documentation
from entrypoints.http.kit.openapi.answers import further, problems, success
from entrypoints.http.kit.openapi.parameters import parameters_of
from entrypoints.http.kit.openapi.signatures import Schemas, body_required, body_type
from entrypoints.http.kit.problems import camel
from entrypoints.http.kit.request_guard import ACCESS
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE, CSRF

SECURITY_SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": ACCESS_COOKIE},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF},
}
SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": [], "csrf": []}]
"""The security of operations that say nothing else."""
_ARTICLE: Final = re.compile(r"_(?:an?|the|some)_")


def operation_of(path: str, method: str, handler: HTTPRouteHandler, schemas: Schemas) -> dict[str, Any]:
    """The operation object; summary and description are the handler's docstring."""
    said: Documentation = handler.opt.get(KEY) or Documentation()
    summary, _, description = cleandoc(handler.fn.__doc__ or "").partition("\n\n")
    name = operation_id_of(handler)
    operation: dict[str, Any] = {
        "operationId": name if len(handler.http_methods) == 1 else f"{name}By{method.title()}",
        "tags": [tag_of(path)],
        "summary": " ".join(summary.split()),
        "parameters": parameters_of(path, handler, schemas),
        "responses": {
            str(handler.status_code): success(handler, said, schemas),
            **further(handler, said, schemas),
            **problems(handler, schemas),
        },
    }
    if ALIAS in handler.opt:
        operation["deprecated"] = True
    security = _security(handler, method)
    if security != SECURITY:
        operation["security"] = security
    if said.no_idempotency_key and method == "POST":
        description += f"\n\nTakes no `Idempotency-Key`: {said.no_idempotency_key}."
    if description:
        operation["description"] = " ".join(description.split())
    body = body_type(handler)
    if body is not None:
        content = {"application/json": schemas.shown(body, said.body)}
        operation["requestBody"] = {"required": body_required(handler), "content": content}
    return operation


def operation_id_of(handler: HTTPRouteHandler) -> str:
    """The declared id, or the handler's name without its article: `open_a_dispute` runs the use case `open_dispute`."""
    if isinstance(handler.operation_id, str):
        return handler.operation_id
    return camel(_ARTICLE.sub("_", handler.fn.__name__)).replace(*handler.opt.get(ALIAS, ("", "")))


def tag_of(path: str) -> str:
    """The tag of the operations of a path."""
    return next(part for part in path.split("/") if part not in {"", "api", "v1"})


def _security(handler: HTTPRouteHandler, method: str) -> list[dict[str, list[str]]]:
    by_cookie: dict[str, list[str]] = {"cookie": []} if method == "GET" else {"cookie": [], "csrf": []}
    match handler.opt.get(ACCESS):
        case "public":
            return []
        case "optional" | "if valid":
            return [{"bearer": []}, by_cookie, {}]
        case _:
            return [{"bearer": []}, by_cookie]
