"""What is below `/admin` here."""

from typing import Final

from litestar import Router

from entrypoints.http.administration.audit import list_audit
from entrypoints.http.administration.users import (
    change_a_user,
    change_many_users,
    delete_user,
    end_all_sessions,
    export_users,
    get_user,
    list_users,
)

routes: Final = Router(
    "/admin",
    route_handlers=[
        list_audit,
        list_users,
        export_users,
        get_user,
        change_a_user,
        change_many_users,
        end_all_sessions,
        delete_user,
    ],
)
