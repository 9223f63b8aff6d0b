"""The document."""

import re
from collections import ChainMap, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.documentation import ABOUT
from entrypoints.http.kit.openapi.answers import PROBLEM, any_problem, codes_of
from entrypoints.http.kit.openapi.headers import HEADERS
from entrypoints.http.kit.openapi.links import add_links
from entrypoints.http.kit.openapi.operations import SECURITY, SECURITY_SCHEMES, operation_of, tag_of
from entrypoints.http.kit.openapi.sharing import share
from entrypoints.http.kit.openapi.signatures import Schemas
from entrypoints.http.kit.problems import Problem, camel


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the document says about the resources of the application."""

    tags: Mapping[str, str]
    """The first part of the paths of several routers, and what it is about; a router says it of its own (`about`)."""
    names: Mapping[str, str]
    """Names of types that need their module to be understood, as the document names them."""
    members: Mapping[str, str]
    """What path parameters mean, and members of schemas whose name means the same in several of them."""
    examples: Mapping[str, Sequence[Any]]
    """What members of responses may be, the best value first; the first that fits the type is the example."""


Operation = tuple[str, str, HTTPRouteHandler]
"""Path, method and handler."""
_NAME: Final = re.compile(r"\{[^}]+\}")
_ABOUT: Final = f"""\
Instants are RFC 3339, in UTC in responses. Amounts are integers in the currency's minor unit (ISO 4217). Lists are \
`{{items, nextCursor}}`. Every error is a problem (RFC 9457) with a stable `code`; `ProblemCode` says what each means.

Every request may have these headers:

- `Accept-Language`: the language of messages (RFC 9110), one of {", ".join(LANGUAGES)}, for callers without \
a token; an account has its own. The default is the platform's.
- `X-Request-Id`: returned with the response and logged. A value other than 1 to 64 letters, digits and `._-` is \
replaced by a new id.

Every response has these headers:

- `X-Request-Id`: the id of the request, the client's or a new one.
- `Cache-Control`: who may cache the response.
- `Content-Language`, of a problem: the language of its messages.
- `RateLimit-Policy` (`"read";q=12000;w=60`): the quota `q` of requests in a window of `w` seconds; and `RateLimit` \
(`"read";r=11999;t=60`): the remaining requests `r`, and the seconds `t` until another one is available. Not of \
`/health`.
"""
_LICENSE: Final = {"name": "MIT", "identifier": "MIT"}


@lru_cache(maxsize=4)
def document_of(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the application, with its `state.wording`."""
    found = sorted(_distinguished_by_method(_documented(app)), key=lambda each: each[:2])
    wording: Wording = app.state.wording
    schemas = Schemas(
        [handler for _, _, handler in found],
        Problem,
        UUID,
        names=wording.names,
        vocabulary=wording.members,
        examples=wording.examples,
    )
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler in found:
        paths.setdefault(path, {})[method.lower()] = operation_of(path, method, handler, schemas)
    schemas.require_examples()
    add_links(paths, schemas.components)
    about = ChainMap(*(handler.opt.get(ABOUT, {}) for _, _, handler in found), dict(wording.tags))
    problem = schemas.components["Problem"]
    code = problem["properties"]["code"]
    problem["properties"]["code"] = {"$ref": "#/components/schemas/ProblemCode", "description": code["description"]}
    problem["examples"] = [PROBLEM]
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Booking API", "version": "1", "description": _ABOUT, "license": _LICENSE},
        "servers": [{"url": "/"}],
        "security": SECURITY,
        "tags": [
            {"name": name, "description": about.get(name, "")} for name in sorted({tag_of(path) for path in paths})
        ],
        "paths": paths,
        "components": {
            "schemas": schemas.components | {"ProblemCode": codes_of(handler for _, _, handler in found)},
            "headers": HEADERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }
    share(document)
    document["components"]["responses"]["AnyProblem"] = any_problem(schemas)
    return document


def _distinguished_by_method(found: list[Operation]) -> list[Operation]:
    """Templates that differ only in a name are the same path (OpenAPI 3.1 §4.8.8): that name becomes `id`."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for path, _, _ in found:
        names[_NAME.sub("{}", path)].add(path)
    same = {path for paths in names.values() if len(paths) > 1 for path in paths}
    return [(_NAME.sub("{id}", path) if path in same else path, method, handler) for path, method, handler in found]


def _documented(app: Litestar) -> list[Operation]:
    """The operations with their paths in camel case. Health is served twice and documented once."""
    found = []
    for route in app.routes:
        if isinstance(route, HTTPRoute) and not route.path.startswith("/api/v1/health"):
            parts = (part if isinstance(part, str) else f"{{{camel(part.name)}}}" for part in route.path_components)
            path = "/" + "/".join(parts)
            found += [
                (path, str(method), handler)
                for handler in route.route_handlers
                for method in handler.http_methods
                if method != "OPTIONS" and not handler.opt.get("hidden")
            ]
    return found
