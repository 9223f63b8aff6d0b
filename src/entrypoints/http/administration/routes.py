"""What is below `/admin` here."""

from typing import Final

from litestar import Router

from entrypoints.http.administration.audit import list_audit

routes: Final = Router("/admin", route_handlers=[list_audit])
