"""People who use the product, and short ways to what they do."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from tests.acceptance.product import Product, Server, eventually

from booking_domain.identity.ports import Bearer
from booking_domain.identity.use_cases.sign_in import Register, register
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.ids import SessionId
from entrypoints.container import Container
from entrypoints.settings import Settings

PASSWORD: Final = "correct-horse-battery"
DEPOSIT: Final = 2_000_000
PRICE: Final = 8_000_000


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

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
    """An approved provider that is always open."""

    id: str
    owner: Person

    def slots(self, *, days_ahead: int = 2, days: int = 1) -> list[str]:
        """The starts that are offered on days of UTC."""
        first = datetime.now(UTC).date() + timedelta(days=days_ahead)
        begin, end = (f"{day}T00:00:00Z" for day in (first, first + timedelta(days=days)))
        answer = self.owner.server.http.get(f"/providers/{self.id}/slots", params={"from": begin, "to": end})
        return [slot["start"] for slot in done(answer)["slots"]]


def done(answer: httpx.Response) -> dict[str, Any]:
    """What a successful answer says."""
    assert answer.is_success, answer.text
    said: dict[str, Any] = answer.json() if answer.content else {}
    return said


def log_in(server: Server, email: str) -> Person:
    """Somebody of the demo data."""
    signed_in = done(server.http.post("/auth/login", json={"email": email, "password": PASSWORD}))
    return Person(server, signed_in["user"]["id"], signed_in["accessToken"])


def people(server: Server, role: Role, number: int) -> list[Person]:
    """Many new accounts, in the time that the password hash of one takes."""

    async def made() -> list[Person]:
        container = Container(settings=Settings.from_environment({"DATABASE_URL": server.database_url}))
        password_hash = await container.password_hasher().hash(PASSWORD)
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
            now = container.clock().now()
            tokens = [
                container.access_tokens().issue(Bearer(user.actor, SessionId(uuid4())), now).text for user in users
            ]
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
    server: Server, *, deposit: int = DEPOSIT, price: int = PRICE, step: int = 60, duration: int = 60
) -> Studio:
    """A new provider, on the way that providers go."""
    owner, admin = people(server, Role.PROVIDER, 1)[0], people(server, Role.ADMIN, 1)[0]
    profile = {"displayName": "Studio", "timeZone": "UTC", "depositAmount": deposit, "priceAmount": price}
    provider_id = owner.post("/providers/me", profile)["id"]
    settings = {"slotStepMinutes": step, "slotDurationMinutes": duration}
    done(owner.ask("PUT", "/availability/settings", json=settings))
    for day in range(7):
        owner.post("/availability", {"day": day, "startTime": "00:00", "endTime": "24:00"})
    owner.post("/providers/me/submit")
    done(admin.ask("PATCH", f"/admin/providers/{provider_id}/approve", json={"approved": True}))
    return Studio(provider_id, owner)


def check_out(payment: Mapping[str, Any], outcome: str, **more: str) -> None:
    """Press a button of the checkout page."""
    form = {"outcome": outcome, **more}
    done(httpx.post(payment["checkoutUrl"], data=form, headers={"Accept": "application/json"}, trust_env=False))


def wait_for_status(person: Person, booking_id: str, status: str, *, within: float) -> dict[str, Any]:
    """The booking, once it has that status. Asking for a booking asks no gateway."""

    def look() -> dict[str, Any] | None:
        booking = person.get(f"/bookings/{booking_id}")
        return booking if booking["status"] == status else None

    found = eventually(look, within=within, what=f"booking is {status}")
    assert found is not None
    return found


def callback_url(product: Product, payment: Mapping[str, Any]) -> str:
    """Where the gateway was asked to call."""
    invoices = done(httpx.get(f"{product.simulator_url}/simulator/invoices", trust_env=False))["invoices"]
    [url] = [each["callbackUrl"] for each in invoices if each["invoiceId"] == payment["qpayInvoiceId"]]
    return str(url)


def everything_about(server: Server, booking_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a booking."""
    UUID(booking_id)
    columns = {"bookings": "id", "booking_events": "booking_id", "transactions": "booking_id", "claims": "id"}
    return {
        table: server.sql(f"SELECT * FROM {table} WHERE {column} = %s ORDER BY 1", booking_id)  # noqa: S608
        for table, column in columns.items()
    }
