"""`/auth`: registration, sign-in, sessions, one-time codes, passwords and second factors."""

from typing import Final

from tests.unit.entrypoints.api import PASSWORD
from tests.unit.entrypoints.http.two_factors import APP
from tests.unit.features.declarations import PUBLIC, SIGNED_IN, Feature, Ids, Kind, Row, World
from tests.unit.passkey_device import SoftwareDevice

from booking_domain.shared.permissions import Permission


async def user(world: World, who: str) -> Ids:
    return {"user_id": (await world.done("GET", "/auth/me", who))["id"]}


async def session(world: World, who: str) -> Ids:
    """Another session than that of their token."""
    email = (await world.done("GET", "/auth/me", who))["email"]
    signed_in = await world.api.post("/auth/login", json={"email": email, "password": PASSWORD})
    found = (await world.api.get("/auth/sessions", signed_in.json()["accessToken"])).json()["items"]
    return {"ended_id": next(session["id"] for session in found if session["current"])}


async def second_factor(world: World, who: str) -> Ids:
    """The id of a user with a second factor."""
    asked = await world.done("POST", "/auth/mfa/totp", who, currentPassword=PASSWORD)
    code = APP.code(asked["secret"], world.api.clock.now())
    await world.done("POST", "/auth/mfa/totp/confirm", who, code=code)
    return await user(world, who)


async def device(world: World, who: str) -> Ids:
    """A remembered device of a user whose session began with a second factor."""
    await second_factor(world, who)
    return {"device_id": (await world.done("POST", "/auth/remembered-devices", who))["id"]}


async def passkey(world: World, who: str) -> Ids:
    device = SoftwareDevice("http://localhost:8000")
    asked = await world.done("POST", "/auth/passkeys/options", who, currentPassword=PASSWORD)
    made = await world.done("POST", "/auth/passkeys", who, response=device.create(asked["options"]), name="phone")
    return {"passkey_id": made["id"]}


PASSKEY: Final = Kind(passkey)
DEVICE: Final = Kind(device, removed_by="/auth/remembered-devices/{device_id}")
SESSION: Final = Kind(session, removed_by="/auth/sessions/{ended_id}")
_FACTOR: Final = Permission.MANAGE_SECOND_FACTOR

FEATURE: Final = Feature(
    routes={
        "POST /auth/register": Row(PUBLIC),
        "POST /auth/login": Row(PUBLIC, by_secret=True),
        "POST /auth/refresh": Row(PUBLIC, by_secret=True),
        "POST /auth/logout": Row(PUBLIC, by_secret=True),
        "GET /auth/me": Row(SIGNED_IN),
        "GET /auth/sessions": Row(Permission.MANAGE_SESSIONS),
        "DELETE /auth/sessions": Row(Permission.MANAGE_SESSIONS, changes_sign_in=True),
        "DELETE /auth/sessions/{ended_id}": Row(Permission.MANAGE_SESSIONS, SESSION),
        "GET /auth/login-history": Row(Permission.MANAGE_SESSIONS),
        "POST /auth/send-otp": Row(PUBLIC),
        "POST /auth/verify-otp": Row(PUBLIC, by_secret=True),
        "POST /auth/complete-profile": Row(Permission.MANAGE_ACCOUNT, example_refused=True),
        "POST /auth/verify-email": Row(SIGNED_IN, by_secret=True, example_refused=True),
        "POST /auth/change-password": Row(SIGNED_IN, changes_sign_in=True),
        "POST /auth/forgot-password": Row(PUBLIC),
        "POST /auth/reset-password": Row(PUBLIC, by_secret=True),
        "POST /auth/not-me": Row(PUBLIC, by_secret=True, example_refused=True),
        "POST /auth/telegram": Row(PUBLIC, by_secret=True),
        "POST /auth/openid/start": Row(PUBLIC),
        "POST /auth/openid": Row(PUBLIC, by_secret=True),
        "GET /auth/openid/callback": Row(PUBLIC),
        "POST /auth/openid/callback": Row(PUBLIC),
        "GET /auth/mfa/totp": Row(_FACTOR),
        "POST /auth/mfa/totp": Row(_FACTOR),
        "POST /auth/mfa/totp/confirm": Row(_FACTOR, example_refused=True),
        "DELETE /auth/mfa/totp": Row(_FACTOR, example_refused=True),
        "POST /auth/passkeys/options": Row(_FACTOR),
        "POST /auth/passkeys": Row(_FACTOR, by_secret=True, example_refused=True),
        "GET /auth/passkeys": Row(SIGNED_IN),
        "PATCH /auth/passkeys/{passkey_id}": Row(
            _FACTOR, PASSKEY, changes_sign_in=True, unversioned="a name; the last one stays"
        ),
        "DELETE /auth/passkeys/{passkey_id}": Row(_FACTOR, PASSKEY),
        "POST /auth/passkey/options": Row(PUBLIC),
        "POST /auth/passkey": Row(PUBLIC, by_secret=True),
        "GET /auth/remembered-devices": Row(_FACTOR),
        "POST /auth/remembered-devices": Row(_FACTOR, example_refused=True),
        "DELETE /auth/remembered-devices": Row(_FACTOR),
        "DELETE /auth/remembered-devices/{device_id}": Row(_FACTOR, DEVICE, changes_sign_in=True),
        "POST /auth/mfa/recovery-codes": Row(_FACTOR, example_refused=True),
    },
    permissions="""
        session.manage       customer:own provider:own manager:own admin:own
        second_factor.manage customer:own provider:own manager:own admin:own
    """,
    events={
        "code.wanted": {"userId", "codeId", "purpose", "channel", "until"},
        "sign_up.requested": {"codeId", "until"},
    },
)
