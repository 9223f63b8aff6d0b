"""Litestar's application and router, which register routes in less time: most of the start of an API is that."""

from collections import defaultdict
from typing import Any, Self

from litestar import Litestar, Router
from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute
from litestar.types.internal_types import RouteHandlerMapItem


class _KnowsItsMethods(Router):
    """Litestar asks for the methods of all routes again for each route that it adds."""

    _mapped: list[HTTPRoute | ASGIRoute | WebSocketRoute]
    _methods: defaultdict[str, RouteHandlerMapItem]

    @property
    def route_handler_method_map(self) -> dict[str, RouteHandlerMapItem]:
        """The handlers by path and method."""
        known = getattr(self, "_mapped", None)
        if known is None or known != self.routes[: len(known)]:  # a route was replaced
            self._methods, known = defaultdict(dict), []
        for route in self.routes[len(known) :]:
            if isinstance(route, HTTPRoute):
                for handler in route.route_handlers:
                    self._methods[route.path].update(dict.fromkeys(handler.http_methods, handler))
            else:
                self._methods[route.path]["websocket" if isinstance(route, WebSocketRoute) else "asgi"] = (
                    route.route_handler
                )
        self._mapped = list(self.routes)
        return self._methods


class Application(Litestar, _KnowsItsMethods):
    """An application."""


class OwnRouter(_KnowsItsMethods):
    """A router that is made for one application, which takes it as it is: Litestar copies routers deeply."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self
