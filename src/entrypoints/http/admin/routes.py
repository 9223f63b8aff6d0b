"""The router of this package's resources below `/admin`."""

from typing import Final

from litestar import Router

from entrypoints.http.admin.access import (
    end_all_sessions,
    end_one_session,
    list_issued_codes,
    list_logins_of_user,
    list_sessions_of_user,
    remove_second_factor,
    restore_email,
    unlock,
)
from entrypoints.http.admin.audit import list_audit
from entrypoints.http.admin.blocked_networks import block, lift, list_blocked
from entrypoints.http.admin.contacts import (
    edit_contact_of_user,
    list_contact_edits_of_user,
    restore_contact_of_user,
)
from entrypoints.http.admin.listings import (
    export_all_bookings,
    export_transactions,
    list_all_bookings,
    list_transactions,
)
from entrypoints.http.admin.users import (
    change_a_user,
    change_many_users,
    delete_user,
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
        list_sessions_of_user,
        list_logins_of_user,
        end_one_session,
        end_all_sessions,
        unlock,
        restore_email,
        list_issued_codes,
        edit_contact_of_user,
        list_contact_edits_of_user,
        restore_contact_of_user,
        remove_second_factor,
        delete_user,
        list_all_bookings,
        export_all_bookings,
        list_transactions,
        export_transactions,
        list_blocked,
        block,
        lift,
    ],
)
