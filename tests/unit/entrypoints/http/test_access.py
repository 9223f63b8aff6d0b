"""Row 20: every route × five identities × {own, somebody else's, gone, never there} answers as the one table says.

Here stands, for each route, what it asks for and what its address names; who gets what follows from `PERMISSIONS`. A
route that is not here fails.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.unit.entrypoints.api import PASSWORD, Api, serving, the_routes
from tests.unit.entrypoints.http.two_factors import APP

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import PERMISSIONS, Permission, Relation, may
from entrypoints.http.kit.documentation import KEY

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
IDENTITIES: Final = ("anonymous", "customer", "provider", "manager", "admin")
TARGETS: Final = ("own", "other's", "gone", "random")
NOBODY: Final = uuid4()

DESKS: Final = ("provider", "other provider", "studio", "clinic")

ASKS_FOR_A_DEPOSIT: Final = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}

Ids = dict[str, str]


@dataclass(frozen=True)
class Row:
    """What a route asks for."""

    access: Permission | str
    names: str | None = None
    """What its address, or its body, names."""
    foreign: int = 404
    """To whom the table denies it: 404 where its existence is private, 403 where everybody may know of it."""
    query: str = ""
    steps: bool = False
    """Whether a party may be refused a step by the booking's own table."""


ROUTES: Final[dict[str, Row]] = {
    "POST /auth/register": Row(PUBLIC),
    "POST /auth/login": Row(PUBLIC),
    "POST /auth/refresh": Row(PUBLIC),
    "POST /auth/logout": Row(PUBLIC),
    "GET /auth/me": Row(SIGNED_IN),
    "GET /auth/sessions": Row(Permission.MANAGE_SESSIONS),
    "DELETE /auth/sessions": Row(Permission.MANAGE_SESSIONS),
    "DELETE /auth/sessions/{ended_id}": Row(Permission.MANAGE_SESSIONS, "session"),
    "GET /auth/login-history": Row(Permission.MANAGE_SESSIONS),
    "POST /auth/send-otp": Row(PUBLIC),
    "POST /auth/verify-otp": Row(PUBLIC),
    "POST /auth/verify-email": Row(SIGNED_IN),
    "POST /auth/change-password": Row(SIGNED_IN),
    "POST /auth/forgot-password": Row(PUBLIC),
    "POST /auth/reset-password": Row(PUBLIC),
    "GET /users/me": Row(SIGNED_IN),
    "PATCH /users/me": Row(Permission.MANAGE_ACCOUNT),
    "DELETE /users/me": Row(Permission.MANAGE_ACCOUNT),
    "GET /users/me/preferences": Row(SIGNED_IN),
    "PUT /users/me/preferences": Row(Permission.MANAGE_ACCOUNT),
    "POST /users/me/phone": Row(Permission.MANAGE_ACCOUNT),
    "POST /users/me/phone/confirm": Row(Permission.MANAGE_ACCOUNT),
    "GET /users/me/export": Row(SIGNED_IN),
    "DELETE /admin/users/{user_id}": Row(Permission.DELETE_ACCOUNTS, "user"),
    "POST /auth/telegram": Row(PUBLIC),
    "POST /users/me/telegram": Row(Permission.LINK_IDENTITIES),
    "DELETE /users/me/telegram": Row(Permission.LINK_IDENTITIES),
    "GET /auth/mfa/totp": Row(Permission.MANAGE_SECOND_FACTOR),
    "POST /auth/mfa/totp": Row(Permission.MANAGE_SECOND_FACTOR),
    "POST /auth/mfa/totp/confirm": Row(Permission.MANAGE_SECOND_FACTOR),
    "DELETE /auth/mfa/totp": Row(Permission.MANAGE_SECOND_FACTOR),
    "POST /auth/mfa/recovery-codes": Row(Permission.MANAGE_SECOND_FACTOR),
    "GET /providers/me": Row(SIGNED_IN),
    "POST /providers/me": Row(Permission.MANAGE_PROFILE),
    "PUT /providers/me": Row(Permission.MANAGE_PROFILE),
    "POST /providers/me/submit": Row(Permission.MANAGE_PROFILE),
    "GET /providers": Row(PUBLIC),
    "GET /providers/{provider_id}": Row(PUBLIC, "provider"),
    "GET /providers/{provider_id}/slots": Row(PUBLIC, "provider", query="from=2026-11-23&to=2026-11-24"),
    "GET /providers/{provider_id}/slots/explain": Row(PUBLIC, "provider", query="slot=2026-11-23T10:00:00Z"),
    "GET /admin/providers": Row(Permission.DECIDE_ON_PROFILES),
    "PATCH /admin/providers/{provider_id}/approve": Row(Permission.DECIDE_ON_PROFILES, "provider"),
    "GET /admin/users": Row(Permission.SEE_USERS),
    "GET /admin/users/export": Row(Permission.SEE_USERS),
    "POST /admin/users/bulk": Row(Permission.MANAGE_USERS, "user"),
    "GET /admin/users/{user_id}": Row(Permission.SEE_USERS, "user"),
    "PATCH /admin/users/{user_id}": Row(Permission.MANAGE_USERS, "user"),
    "GET /admin/users/{user_id}/sessions": Row(Permission.SEE_USERS, "user"),
    "DELETE /admin/users/{user_id}/sessions": Row(Permission.MANAGE_USERS, "user"),
    "DELETE /admin/users/{user_id}/sessions/{ended_id}": Row(Permission.MANAGE_USERS, "device"),
    "DELETE /admin/users/{user_id}/second-factor": Row(Permission.MANAGE_USERS, "factor"),
    "GET /admin/audit": Row(Permission.SEE_AUDIT_LOG),
    "GET /availability/{provider_id}": Row(PUBLIC, "provider"),
    "POST /availability": Row(Permission.MANAGE_CALENDAR),
    "DELETE /availability/{rule_id}": Row(Permission.MANAGE_CALENDAR, "rule"),
    "PUT /availability/settings": Row(Permission.MANAGE_CALENDAR),
    "POST /availability/exceptions": Row(Permission.MANAGE_CALENDAR),
    "DELETE /availability/exceptions/{exception_id}": Row(Permission.MANAGE_CALENDAR, "exception"),
    "POST /availability/blocks": Row(Permission.MANAGE_CALENDAR),
    "DELETE /availability/blocks/{block_id}": Row(Permission.MANAGE_CALENDAR, "block"),
    "GET /availability/feeds": Row(Permission.MANAGE_CALENDAR),
    "PUT /availability/feeds": Row(Permission.MANAGE_CALENDAR),
    "POST /salons": Row(Permission.MANAGE_SALONS),
    "GET /salons/{salon_id}": Row(PUBLIC, "salon"),
    "PATCH /salons/{salon_id}": Row(Permission.MANAGE_SALONS, "salon", foreign=403),
    "GET /salons/{salon_id}/hours": Row(PUBLIC, "salon"),
    "PUT /salons/{salon_id}/hours": Row(Permission.MANAGE_SALONS, "salon", foreign=403),
    "GET /salons/{salon_id}/members": Row(PUBLIC, "salon"),
    "POST /salons/{salon_id}/members": Row(Permission.MANAGE_SALONS, "salon", foreign=403),
    "POST /salons/{salon_id}/members/me/accept": Row(Permission.JOIN_SALONS, "invitation"),
    "DELETE /salons/{salon_id}/members/{provider_id}": Row(Permission.END_SALON_MEMBERSHIPS, "membership", foreign=403),
    "GET /salons/{salon_id}/slots": Row(PUBLIC, "salon", query="from=2026-11-23&to=2026-11-24"),
    "POST /scheduling/slots": Row(PUBLIC),
    "POST /scheduling/explain": Row(PUBLIC),
    "POST /holds": Row(Permission.HOLD_SLOTS),
    "DELETE /holds/{hold_id}": Row(Permission.HOLD_SLOTS, "hold"),
    "POST /bookings": Row(Permission.PLACE_BOOKINGS),
    "POST /bookings/series": Row(Permission.PLACE_BOOKINGS),
    "GET /bookings": Row(Permission.SEE_BOOKINGS),
    "GET /bookings/{booking_id}": Row(Permission.SEE_BOOKINGS, "booking"),
    "GET /bookings/{booking_id}/events": Row(Permission.SEE_BOOKINGS, "booking"),
    "GET /bookings/{booking_id}/calendar.ics": Row(Permission.SEE_BOOKINGS, "booking"),
    "PATCH /bookings/{booking_id}": Row(Permission.MOVE_BOOKINGS, "booking"),
    "POST /bookings/{booking_id}/reschedule": Row(Permission.MOVE_BOOKINGS, "booking"),
    "POST /bookings/{booking_id}/cancel": Row(Permission.MOVE_BOOKINGS, "booking"),
    "POST /bookings/{booking_id}/accept": Row(Permission.MOVE_BOOKINGS, "booking", steps=True),
    "POST /bookings/{booking_id}/decline": Row(Permission.MOVE_BOOKINGS, "booking", steps=True),
    "POST /bookings/{booking_id}/offer-times": Row(Permission.MOVE_BOOKINGS, "booking", steps=True),
    "POST /providers/me/calendar-link": Row(Permission.MANAGE_CALENDAR),
    "DELETE /providers/me/calendar-link": Row(Permission.MANAGE_CALENDAR),
    "POST /users/me/calendar-link": Row(Permission.SHARE_CALENDAR),
    "DELETE /users/me/calendar-link": Row(Permission.SHARE_CALENDAR),
    "GET /providers/me/calendar.ics": Row(PUBLIC, query="token=x"),
    "GET /users/me/calendar.ics": Row(PUBLIC, query="token=x"),
    "GET /waitlist": Row(SIGNED_IN),
    "POST /waitlist": Row(Permission.WAIT),
    "DELETE /waitlist/{waiting_id}": Row(Permission.WAIT, "waiting"),
    "POST /reviews": Row(Permission.WRITE_REVIEWS, "completed"),
    "GET /reviews/me": Row(SIGNED_IN),
    "GET /reviews/{review_id}": Row(PUBLIC, "review"),
    "PATCH /reviews/{review_id}": Row(Permission.WRITE_REVIEWS, "review", foreign=403),
    "POST /reviews/{review_id}/reply": Row(Permission.REPLY_TO_REVIEWS, "received_review", foreign=403),
    "GET /providers/{provider_id}/reviews": Row(PUBLIC, "provider"),
    "GET /admin/reviews": Row(Permission.MODERATE_REVIEWS),
    "POST /admin/reviews/{review_id}/hide": Row(Permission.MODERATE_REVIEWS, "review"),
    "POST /admin/reviews/{review_id}/restore": Row(Permission.MODERATE_REVIEWS, "review"),
    "POST /payments": Row(Permission.PAY, "booking"),
    "GET /payments/{payment_id}": Row(Permission.SEE_BOOKINGS, "payment"),
    "GET /payments/status/{invoice_id}": Row(Permission.SEE_BOOKINGS, "payment"),
    "GET /webhooks/qpay/{transaction_id}": Row(PUBLIC, query="token=x"),
    "POST /webhooks/qpay/{transaction_id}": Row(PUBLIC, query="token=x"),
    "POST /webhooks/sms/twilio": Row(PUBLIC),
    "GET /health/live": Row(PUBLIC),
    "GET /health/ready": Row(PUBLIC),
}
NAMED_BY_A_SECRET: Final = {
    "POST /auth/login",
    "POST /auth/logout",
    "POST /auth/refresh",
    "POST /auth/reset-password",
    "POST /auth/telegram",
    "POST /auth/verify-email",
    "POST /auth/verify-otp",
    "POST /users/me/phone/confirm",
    "POST /users/me/telegram",
    "GET /providers/me/calendar.ics",
    "GET /users/me/calendar.ics",
    "GET /webhooks/qpay/{transaction_id}",
    "POST /webhooks/qpay/{transaction_id}",
    "POST /webhooks/sms/twilio",
}
"""A wrong secret is refused: that is not for the table to say."""


@dataclass
class World:
    """People of each role, a second one of each, and what is theirs."""

    api: Api
    tokens: dict[str, str] = field(default_factory=dict)
    bookable_providers: dict[str, str] = field(default_factory=dict)
    hours: int = 0
    minutes: int = 0

    async def token(self, who: str) -> str | None:
        """Whoever it is comes when they are first heard of."""
        if who == "anonymous":
            return None
        if who not in self.tokens:
            if who in DESKS:
                self.tokens[who], self.bookable_providers[who] = await self.api.open_provider(**ASKS_FOR_A_DEPOSIT)
            elif who == "admin":
                self.tokens[who] = await self.api.an_admin()
            else:
                self.tokens[who] = await self.api.joined(who.rsplit(maxsplit=1)[-1])
        return self.tokens[who]

    async def bookable(self, who: str) -> str:
        await self.token(who)
        return self.bookable_providers[who]

    def slot(self) -> str:
        """A time at which nobody has anything yet."""
        self.hours += 1
        return f"2026-11-{23 + self.hours // 8:02}T{10 + self.hours % 8}:00:00+08:00"

    async def done(self, method: str, path: str, who: str, **body: Any) -> dict[str, Any]:
        answer = await self.api.call(method, path, await self.token(who), **({"json": body} if body else {}))
        assert answer.is_success, (method, path, who, answer.text)
        return dict(answer.json()) if answer.content else {}

    async def booking(self, who: str) -> Ids:
        """One's own: a provider's is at their desk."""
        customer, bookable = ("other customer", who) if who in DESKS else (who, "studio")
        made = await self.done(
            "POST", "/bookings", customer, providerId=await self.bookable(bookable), slot=self.slot()
        )
        return {"booking_id": made["id"]}

    async def completed(self, who: str, desk: str = "clinic") -> Ids:
        """A completed booking of theirs."""
        customer, provider_id = await self.user(who), await self.bookable(desk)
        await self.done("PUT", "/providers/me", desk, depositAmount=0)
        self.minutes += 5
        slot = (datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=self.minutes)).isoformat()
        made = await self.done(
            "POST",
            "/bookings",
            desk,
            providerId=provider_id,
            slot=slot,
            customerId=customer["user_id"],
            durationMinutes=5,
        )
        await self.done("PATCH", f"/bookings/{made['id']}", desk, status="completed")
        return {"booking_id": made["id"]}

    async def review(self, who: str, desk: str = "clinic") -> Ids:
        booking = await self.completed(who, desk)
        made = await self.done("POST", "/reviews", who, bookingId=booking["booking_id"], rating=5)
        return {"review_id": made["id"]}

    async def received_review(self, who: str) -> Ids:
        return await self.review("other customer", who)

    async def payment(self, who: str) -> Ids:
        booking = await self.booking(who)
        payer = "other customer" if who in DESKS else who
        made = await self.done("POST", "/payments", payer, bookingId=booking["booking_id"], purpose="deposit")
        return {"payment_id": made["id"], "invoice_id": made["qpayInvoiceId"]}

    async def salon(self, who: str) -> Ids:
        return {"salon_id": (await self.done("POST", "/salons", who, name="Nomad", timeZone="UTC"))["id"]}

    async def invitation(self, who: str) -> Ids:
        """Of a provider."""
        salon = await self.salon("other manager")
        await self.done(
            "POST", f"/salons/{salon['salon_id']}/members", "other manager", providerId=await self.bookable(who)
        )
        return salon

    async def membership(self, who: str) -> Ids:
        """A manager's own salon, or one in which the provider is."""
        manager, provider = (who, "studio") if "manager" in who else ("other manager", who)
        salon = await self.salon(manager)
        await self.done(
            "POST", f"/salons/{salon['salon_id']}/members", manager, providerId=await self.bookable(provider)
        )
        return {**salon, "provider_id": self.bookable_providers[provider]}

    async def session(self, who: str) -> Ids:
        """Another one than that of their token."""
        email = (await self.done("GET", "/auth/me", who))["email"]
        signed_in = await self.api.post("/auth/login", json={"email": email, "password": PASSWORD})
        found = (await self.api.get("/auth/sessions", signed_in.json()["accessToken"])).json()["items"]
        return {"ended_id": next(session["id"] for session in found if session["current"])}

    async def user(self, who: str) -> Ids:
        return {"user_id": (await self.done("GET", "/auth/me", who))["id"]}

    async def device(self, who: str) -> Ids:
        """A session, and whose it is."""
        return {**await self.user(who), **await self.session(who)}

    async def factor(self, who: str) -> Ids:
        """Whose it is."""
        asked = await self.done("POST", "/auth/mfa/totp", who, currentPassword=PASSWORD)
        code = APP.code(asked["secret"], self.api.clock.now())
        await self.done("POST", "/auth/mfa/totp/confirm", who, code=code)
        return await self.user(who)

    async def provider(self, who: str) -> Ids:
        return {"provider_id": await self.bookable(who)}

    async def rule(self, who: str) -> Ids:
        made = await self.done("POST", "/availability", who, day=1, startTime="20:00", endTime="21:00")
        return {"rule_id": made["id"]}

    async def exception(self, who: str) -> Ids:
        self.hours += 1
        made = await self.done("POST", "/availability/exceptions", who, date=f"2027-01-{self.hours:02}", closed=True)
        return {"exception_id": made["id"]}

    async def block(self, who: str) -> Ids:
        made = await self.done(
            "POST", "/availability/blocks", who, start="2027-03-01T00:00:00Z", end="2027-03-02T00:00:00Z"
        )
        return {"block_id": made["id"]}

    async def hold(self, who: str) -> Ids:
        made = await self.done("POST", "/holds", who, providerId=await self.bookable("studio"), slot=self.slot())
        return {"hold_id": made["id"]}

    async def waiting(self, who: str) -> Ids:
        window = {"from": "2026-11-23T03:00:00Z", "to": "2026-11-23T03:30:00Z"}
        made = await self.done("POST", "/waitlist", who, providerId=await self.bookable("studio"), **window)
        return {"waiting_id": made["id"]}


REMOVED_BY: Final = {
    "rule": "/availability/{rule_id}",
    "exception": "/availability/exceptions/{exception_id}",
    "block": "/availability/blocks/{block_id}",
    "hold": "/holds/{hold_id}",
    "waiting": "/waitlist/{waiting_id}",
    "membership": "/salons/{salon_id}/members/{provider_id}",
    **dict.fromkeys(("session", "device"), "/auth/sessions/{ended_id}"),
}
"""What can be taken away; the rest stays for good."""
OWNED_BY: Final = {
    **dict.fromkeys(("provider", "rule", "exception", "block", "invitation", "received_review"), ("provider",)),
    "salon": ("manager",),
    "membership": ("manager", "provider"),
    **dict.fromkeys(
        ("booking", "completed", "review", "payment", "hold", "waiting", "session", "device", "user"),
        ("customer", "provider", "manager", "admin"),
    ),
    "factor": ("customer", "provider", "manager"),  # of which admins do not remove their own here
}


async def ids(world: World, row: Row, identity: str, target: str) -> Ids | None:
    """What stands in the address; None where there is no such target."""
    if row.names is None:
        return {} if target == "own" else None
    make: Callable[[str], Awaitable[Ids]] = getattr(world, row.names)
    owners = OWNED_BY[row.names]
    if target == "own":
        return await make(identity) if identity in owners else None
    stranger = "other provider" if owners[0] == "provider" else f"{identity}'s {target} {owners[0]}"
    made = await make(stranger)
    if target == "gone":
        if row.names not in REMOVED_BY:
            return None
        await world.done("DELETE", REMOVED_BY[row.names].format(**made), stranger)
    if target == "random":
        return dict.fromkeys(made, str(uuid4()))
    return made


def expected(row: Row, identity: str, target: str) -> set[int]:
    """What the table says; an empty set: it is done, or refused for another reason than whose it is."""
    if row.access != PUBLIC and identity == "anonymous":
        return {401}
    if isinstance(row.access, Permission):
        actor = Actor(UserId(NOBODY), Role(identity))
        if not PERMISSIONS[row.access].get(actor.role):
            return {403}
        if target == "other's" and not may(actor, row.access):
            return {403} if row.names == "booking" and may(actor, Permission.SEE_BOOKINGS) else {row.foreign}
        if target == "own" and row.names is not None and not _theirs(row, actor):
            return {403}
    if target in {"gone", "random"}:
        return {404, row.foreign} if target == "gone" else {404}
    return set()


def _theirs(row: Row, actor: Actor) -> bool:
    relations = {
        "booking": {Relation.PARTY} if actor.role is Role.PROVIDER else {Relation.PARTY, Relation.OWN},
        "invitation": {Relation.MEMBER},
        "membership": {Relation.OWN if actor.role is Role.MANAGER else Relation.MEMBER},
        "payment": {Relation.PARTY},
    }.get(row.names or "", {Relation.OWN})
    assert isinstance(row.access, Permission)
    return any(may(actor, row.access, relation) for relation in relations)


async def test_every_route_has_a_row(api: Api) -> None:
    assert set(the_routes(api)) == set(ROUTES)


async def walked(route: str) -> list[str]:
    """Where the answers are not those of the table."""
    wrong: list[str] = []
    async with serving() as api:
        world, row, handler = World(api), ROUTES[route], the_routes(api)[route]
        for identity in IDENTITIES:
            for target in TARGETS:
                named = await ids(world, row, identity, target)
                if named is None:
                    continue
                meant = expected(row, identity, target)
                answer = await asked(world, route, handler, identity, named)
                if not as_meant(route, row, answer, meant):
                    wrong.append(f"{identity}, {target}: {answer.status_code}, not {meant or 'done'}: {answer.text}")
    return wrong


async def asked(world: World, route: str, handler: HTTPRouteHandler, identity: str, named: Ids) -> httpx.Response:
    """With the documented body, about what is named."""
    row, (method, path) = ROUTES[route], route.split()
    body = await the_body(world, handler, named)
    address = path.format(**{**named, "transaction_id": str(uuid4())})
    more: dict[str, Any] = {"json": body} if body else {}
    return await world.api.call(method, f"{address}?{row.query}".rstrip("?"), await world.token(identity), **more)


async def the_body(world: World, handler: HTTPRouteHandler, named: Ids) -> dict[str, Any]:
    """The documented one, about what is there."""
    example = handler.opt[KEY].body if KEY in handler.opt else None
    body = dict(example or {})
    if "providerId" in body:
        body["providerId"] = await world.bookable("studio")
    if "slot" in body:
        body["slot"] = world.slot()
    if "bookingId" in body:
        body["bookingId"] = named["booking_id"]
    if "ids" in body:
        body["ids"] = [named["user_id"]]
    return body


def as_meant(route: str, row: Row, answer: httpx.Response, meant: set[int]) -> bool:
    """Whether it is; a body that is not valid would show nothing."""
    status = answer.status_code
    if meant:
        return status in meant
    if route in NAMED_BY_A_SECRET:
        return status < 500
    if status == 404:
        return answer.json()["code"] in {"provider.profile_missing", "auth.second_factor_missing"}  # one's own
    return status < 500 and status not in {400, 401} and (status != 403 or row.steps)


@pytest.mark.parametrize("route", ROUTES)
async def test_access_equals_the_permission_table(route: str) -> None:
    assert await walked(route) == []


@pytest.mark.parametrize(
    ("route", "module"),
    [
        ("DELETE /waitlist/{waiting_id}", "booking_domain.scheduling.use_cases.waiting"),
        ("PATCH /salons/{salon_id}", "booking_domain.workflows.salons"),
        ("GET /bookings/{booking_id}", "booking_domain.bookings.model"),
    ],
)
async def test_an_unprotected_route_is_detected(route: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{module}.may", lambda *_: True)
    assert any("other's: " in each for each in await walked(route))
