"""Users of the product, and shortcuts for their actions."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from tests.acceptance.product import Product, Server, eventually
from tests.gates import PATIENCE_SECONDS

from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.use_cases.identity.authenticate import OpenSession, Register, open_session, register
from entrypoints.container import Container
from entrypoints.settings.main import Settings

PASSWORD: Final = "correct-horse-battery"
DEPOSIT: Final = 2_000_000
PRICE: Final = 8_000_000
_MOST_CONNECTIONS: Final = 8


@dataclass(frozen=True)
class Person:
    """A signed-in user."""

    server: Server = field(repr=False)
    id: str
    token: str = field(repr=False)
    email: str = ""

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        return self.server.http.request(method, path, headers=headers, **request)

    def get(self, path: str) -> dict[str, Any]:
        return done(self.ask("GET", path))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return done(self.ask("POST", path, json=body))

    def book(self, provider_id: str, slot: str, **more: Any) -> dict[str, Any]:
        return self.post("/bookings", {"providerId": provider_id, "slot": slot, **more})

    def try_to_book(self, provider_id: str, slot: str, **more: Any) -> httpx.Response:
        return self.ask("POST", "/bookings", json={"providerId": provider_id, "slot": slot, **more})

    def start_to_pay(self, booking_id: str) -> dict[str, Any]:
        return self.post("/payments", {"bookingId": booking_id, "purpose": "deposit"})


@dataclass(frozen=True)
class Studio:
    """An approved provider that is open around the clock."""

    id: str
    owner: Person

    def slots(self, *, days_ahead: int = 2, days: int = 1) -> list[str]:
        """The starts of the free slots on these UTC days."""
        first = datetime.now(UTC).date() + timedelta(days=days_ahead)
        begin, end = (f"{day}T00:00:00Z" for day in (first, first + timedelta(days=days)))
        answer = self.owner.server.http.get(f"/providers/{self.id}/slots", params={"from": begin, "to": end})
        return [slot["start"] for slot in done(answer)["slots"]]


def done(answer: httpx.Response) -> dict[str, Any]:
    """The body of a successful response; fail otherwise."""
    assert answer.is_success, answer.text
    said: dict[str, Any] = answer.json() if answer.content else {}
    return said


def log_in(server: Server, email: str) -> Person:
    """Log in to an account of the demo data."""
    signed_in = done(server.http.post("/auth/login", json={"email": email, "password": PASSWORD}))
    return Person(server, signed_in["user"]["id"], signed_in["accessToken"])


@cache
def _password_hash() -> str:
    """The hash of PASSWORD: one for all accounts, because computing it is deliberately slow."""
    return asyncio.run(Container(settings=Settings.from_environment({})).password_hasher().hash(PASSWORD))


def people(server: Server, role: Role, number: int) -> list[Person]:
    """Create accounts with PASSWORD in one go, without the HTTP API."""
    password_hash = _password_hash()

    async def made() -> list[Person]:
        pool = {"BOOKING_DB_POOL_SIZE": str(min(number, _MOST_CONNECTIONS))}
        container = Container(settings=Settings.from_environment({"DATABASE_URL": server.database_url, **pool}))
        await container.database().open()
        try:
            commands = [
                Register(
                    email=f"{uuid4().hex}@example.com",
                    phone=None,
                    name=role.value.title(),
                    role=role,
                    password_hash=password_hash,
                    by_platform=True,
                )
                for _ in range(number)
            ]
            executor = container.executor()
            users = await asyncio.gather(*(executor.run(register, command, actor=SYSTEM) for command in commands))
            openings = [OpenSession(user_id=user.id, method=LoginMethod.PASSWORD, client=Client()) for user in users]
            signed_in = await asyncio.gather(
                *(executor.run(open_session, opening, actor=SYSTEM) for opening in openings)
            )
            now = container.clock().now()
            tokens = [container.access_tokens().issue(each.bearer, now).text for each in signed_in]
            return [
                Person(server, str(user.id), token, command.email or "")
                for user, token, command in zip(users, tokens, commands, strict=True)
            ]
        finally:
            await container.database().close()

    return asyncio.run(made())


def customers(server: Server, number: int) -> list[Person]:
    return people(server, Role.CUSTOMER, number)


def customer(server: Server) -> Person:
    return customers(server, 1)[0]


def open_studio(
    server: Server,
    *,
    name: str = "Studio",
    deposit: int = DEPOSIT,
    price: int = PRICE,
    step: int = 60,
    duration: int = 60,
) -> Studio:
    """Create a provider through the HTTP API: profile, opening hours, submission, approval."""
    owner, admin = people(server, Role.PROVIDER, 1)[0], people(server, Role.ADMIN, 1)[0]
    profile = {"displayName": name, "timeZone": "UTC", "depositAmount": deposit, "priceAmount": price}
    provider_id = owner.post("/providers/me", profile)["id"]
    settings = {"slotStepMinutes": step, "slotDurationMinutes": duration}
    done(owner.ask("PUT", "/availability/settings", json=settings))
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    done(owner.ask("PUT", "/availability/rules", json={"rules": always}))
    owner.post("/providers/me/submit")
    done(admin.ask("PATCH", f"/admin/providers/{provider_id}/approve", json={"approved": True}))
    return Studio(provider_id, owner)


def check_out(payment: Mapping[str, Any], outcome: str, **more: str) -> None:
    """Press a button on the simulator's checkout page."""
    form = {"outcome": outcome, **more}
    done(
        httpx.post(
            payment["checkoutUrl"],
            data=form,
            headers={"Accept": "application/json"},
            trust_env=False,
            timeout=PATIENCE_SECONDS,
        )
    )


def wait_for_status(person: Person, booking_id: str, status: str) -> dict[str, Any]:
    """The booking, once it has this status. Reading a booking does not ask the gateway."""

    def look() -> dict[str, Any] | None:
        booking = person.get(f"/bookings/{booking_id}")
        return booking if booking["status"] == status else None

    found = eventually(look, what=f"booking is {status}")
    assert found is not None
    return found


def sweep(server: Server) -> None:
    """Queue the worker's sweep now instead of waiting for the next full minute."""
    server.sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)"
        " VALUES ('default', 'sweep', '{\"timestamp\": 0}', NULL) RETURNING id"
    )


def pass_deadline(server: Server, booking_id: str) -> None:
    """Move the payment deadline of a booking into the past and let the worker find it."""
    moved = "UPDATE bookings SET due_at = now() - interval '1 second' WHERE id = %s AND due_at IS NOT NULL RETURNING id"
    assert server.sql(moved, booking_id), "the booking has a deadline"
    sweep(server)


def lapse(server: Server, hold_id: str) -> None:
    """Let a hold expire now."""
    moved = "UPDATE claims SET expires_at = now() - interval '1 second' WHERE id = %s AND kind = 'hold' RETURNING id"
    assert server.sql(moved, hold_id), "the hold exists"


def callback_url(product: Product, payment: Mapping[str, Any]) -> str:
    """The callback address that the gateway was given."""
    invoices = done(
        httpx.get(f"{product.simulator_url}/simulator/invoices", trust_env=False, timeout=PATIENCE_SECONDS)
    )["invoices"]
    [url] = [each["callbackUrl"] for each in invoices if each["invoiceId"] == payment["qpayInvoiceId"]]
    return str(url)


def everything_about(server: Server, booking_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a booking, by table."""
    UUID(booking_id)
    columns = {"bookings": "id", "booking_events": "booking_id", "payments": "booking_id", "claims": "id"}
    return {
        table: server.sql(f"SELECT * FROM {table} WHERE {column} = %s ORDER BY 1", booking_id)  # noqa: S608
        for table, column in columns.items()
    }


def payments_of(server: Server, booking_id: str) -> list[tuple[Any, ...]]:
    """The payments of a booking: purpose, status, amount, settled amount."""
    return server.sql(
        "SELECT purpose, status, amount, settled_amount FROM payments WHERE booking_id = %s ORDER BY purpose",
        booking_id,
    )


def refunds_of(server: Server, booking_id: str) -> list[tuple[Any, ...]]:
    """The refunds of a booking: status, amount."""
    return server.sql("SELECT status, amount FROM refunds WHERE booking_id = %s ORDER BY created_at, id", booking_id)
