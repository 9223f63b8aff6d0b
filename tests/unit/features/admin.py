"""`/admin/users` and `/admin/audit`: administration of accounts, and the audit log."""

from typing import Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import PASSWORD, Api
from tests.unit.features.accounts import second_factor, session, user
from tests.unit.features.declarations import IDENTITIES, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.identity.blocked_networks import BlockedNetwork, read_network
from booking_domain.shared.permissions import Permission

_DORJ: Final = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}


async def device(world: World, who: str) -> Ids:
    """A session, and whose it is."""
    return {**await user(world, who), **await session(world, who)}


async def many_accounts(api: Api) -> Request:
    answer = await api.post("/auth/register", json=_DORJ)
    return await api.an_admin(), "/admin/users/bulk", {"ids": [answer.json()["user"]["id"]], "action": "end_sessions"}


async def account(api: Api) -> Edit:
    made = await api.post("/auth/register", json=_DORJ)
    path = f"/admin/users/{made.json()['user']['id']}"
    admin = await api.an_admin()
    return Edit(admin, path, {"name": "Bat"}, path, admin, again=False)  # the same again is no change


async def blocked_network(api: Api) -> Request:
    return await api.an_admin(), "/admin/blocked-networks", {"network": "203.0.113.7", "reason": "guesses passwords"}


async def a_blocked_network(world: World, _: str) -> Ids:
    world.minutes += 1
    made = await world.done(
        "POST", "/admin/blocked-networks", "admin", network=f"198.51.100.{world.minutes}", reason="floods us"
    )
    return {"blocked_id": made["id"]}


async def _second_factor(world: World, who: str) -> Ids:
    """Of another stranger each time: an account has one."""
    return await second_factor(world, who if who in IDENTITIES else f"{len(world.tokens)} {who}")


USER: Final = Kind(user)
OTHER_USER: Final = Kind(user, ("customer", "provider", "manager"))
"""The contacts of admins cannot be replaced."""
BLOCKED_NETWORK: Final = Kind(a_blocked_network, ("admin",))
DEVICE: Final = Kind(device, removed_by="/auth/sessions/{ended_id}")
FACTOR: Final = Kind(_second_factor, ("customer", "provider", "manager"))
"""An admin does not remove a second factor of their own here."""

FEATURE: Final = Feature(
    routes={
        "GET /admin/users": Row(Permission.SEE_USERS),
        "GET /admin/users/export": Row(Permission.SEE_USERS),
        "POST /admin/users/bulk": Row(Permission.MANAGE_USERS, USER, changes_sign_in=True, once=many_accounts),
        "GET /admin/users/{user_id}": Row(Permission.SEE_USERS, USER, tagged=True),
        "PATCH /admin/users/{user_id}": Row(Permission.MANAGE_USERS, USER, edit=account),
        "DELETE /admin/users/{user_id}": Row(Permission.DELETE_ACCOUNTS, USER, example_refused=True),
        "GET /admin/users/{user_id}/sessions": Row(Permission.SEE_USERS, USER),
        "GET /admin/users/{user_id}/login-history": Row(Permission.SEE_USERS, USER),
        "GET /admin/users/{user_id}/legal-documents": Row(Permission.SEE_USERS, USER),
        "DELETE /admin/users/{user_id}/sessions": Row(Permission.MANAGE_USERS, USER, changes_sign_in=True),
        "DELETE /admin/users/{user_id}/sessions/{ended_id}": Row(Permission.MANAGE_USERS, DEVICE),
        "DELETE /admin/users/{user_id}/lock": Row(Permission.MANAGE_USERS, USER),
        "DELETE /admin/users/{user_id}/email-block": Row(Permission.MANAGE_USERS, USER),
        "POST /admin/users/{user_id}/contact": Row(
            Permission.MANAGE_USERS, OTHER_USER, example_refused=True, changes_sign_in=True
        ),
        "GET /admin/users/{user_id}/contact-edits": Row(Permission.SEE_USERS, USER),
        "POST /admin/users/{user_id}/contact/restore": Row(
            Permission.MANAGE_USERS, OTHER_USER, example_refused=True, changes_sign_in=True
        ),
        "GET /admin/codes": Row(Permission.SEE_USERS),
        "DELETE /admin/users/{user_id}/second-factor": Row(Permission.MANAGE_USERS, FACTOR, changes_sign_in=True),
        "GET /admin/blocked-networks": Row(Permission.BLOCK_NETWORKS),
        "POST /admin/blocked-networks": Row(Permission.BLOCK_NETWORKS, once=blocked_network),
        "DELETE /admin/blocked-networks/{blocked_id}": Row(Permission.BLOCK_NETWORKS, BLOCKED_NETWORK),
        "GET /admin/audit": Row(Permission.SEE_AUDIT_LOG),
        "GET /admin/bookings": Row(Permission.SEE_BUSINESS),
        "GET /admin/bookings/export": Row(Permission.SEE_BUSINESS),
        "GET /admin/transactions": Row(Permission.SEE_BUSINESS),
        "GET /admin/transactions/export": Row(Permission.SEE_BUSINESS),
    },
    permissions="""
        account.delete       admin:any
        user.see             admin:any
        user.manage          admin:any
        network.block        admin:any
        business.see         admin:any
        audit.see            admin:any
    """,
    events={"account.contact_edited": {"userId"}, "account.contact_restored": {"userId"}},
    samples={
        (BlockedNetwork, "network"): st.sampled_from(["203.0.113.7", "2001:db8::/32"]).map(read_network),
        (BlockedNetwork, "reason"): st.just("guesses passwords"),
        (BlockedNetwork, "expires_at"): st.none(),
    },
)
