"""The screens of each role take at most two calls, and a call takes one statement, however many rows it shows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import pytest
from tests.contract.backends import PostgresBackend
from tests.databases import TestServer
from tests.unit.entrypoints.api import Api

from adapters.postgres import public_versions
from adapters.postgres.kit.statements import Statement
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.salons import Salon
from booking_domain.customers.ports import CustomerFilter, CustomerScope
from booking_domain.identity.model import User
from booking_domain.identity.ports import UserFilter
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SalonId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import a_cast, store_bookings
from booking_domain.use_cases.bookings.queries import list_bookings
from booking_domain.use_cases.catalogue.salon_queries import list_all_salons, list_invitations, list_own_salons
from booking_domain.use_cases.catalogue.salon_slots import salon_schedules
from booking_domain.use_cases.customers.commands import list_customers
from booking_domain.use_cases.identity.queries import list_users
from booking_domain.use_cases.platform.connections import SalonSearch
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder

Calls = Sequence[Callable[[], Awaitable[Sequence[Any]]]]


class Salons:
    """A salon whose members have bookings with a customer."""

    def __init__(self, backend: PostgresBackend, salon: Salon, owner: User, customer: User) -> None:
        self.reads = backend.reads
        self.salon = salon
        self.manager = Actor(salon.manager_id, Role.MANAGER)
        self.owner = owner.actor
        self.customer = customer.actor

    async def bookings(self, actor: Actor, **chosen: Any) -> Sequence[Any]:
        asked = BookingListFilter(order=BookingListOrder.EARLIEST_START, limit=50, **chosen)
        return await list_bookings(actor, asked, self.reads.appointments)

    async def customers(self, actor: Actor) -> Sequence[Any]:
        return await list_customers(actor, CustomerFilter(whose=CustomerScope()), self.reads.customers, now=NOW)

    def screens(self) -> dict[str, Calls]:
        day = {"at_from": TOMORROW, "at_before": TOMORROW + 24 * HOUR}
        week = {"at_from": TOMORROW, "at_before": TOMORROW + 7 * 24 * HOUR}
        return {
            "my bookings": [lambda: self.bookings(self.customer, upcoming_at=NOW)],
            "provider's day": [lambda: self.bookings(self.owner, **day)],
            "provider's week": [lambda: self.bookings(self.owner, **week)],
            "provider's customers": [lambda: self.customers(self.owner)],
            "provider's invitations": [lambda: list_invitations(self.owner, self.reads.salons, now=NOW)],
            "salon's day": [
                lambda: list_own_salons(self.manager, self.reads.salons),
                lambda: self.bookings(self.manager, salon_id=self.salon.id, **day),
            ],
            "salon's customers": [lambda: self.customers(self.manager)],
        }


async def a_salon(backend: PostgresBackend, make: Builder, *, members: int, bookings: int) -> Salons:
    manager, customer = make.user(Role.MANAGER), make.user()
    salon = Salon(
        id=SalonId(make.entropy.new_id()), manager_id=manager.id, name="Номад", time_zone="UTC", created_at=NOW
    )
    casts = [await a_cast(backend, make) for _ in range(members)]
    async with backend.begin() as tx:
        for user in (manager, customer):
            await tx.users.add(user)
        await tx.salons.add(salon)
        for cast in casts:
            await tx.salons.add_member(salon.id, cast.profile.id)
    made: list[Booking] = [
        make.booking(cast.profile, customer, TOMORROW + hour * HOUR, status=Status.CONFIRMED)
        for cast in casts
        for hour in range(bookings)
    ]
    await store_bookings(backend, make, *made)
    return Salons(backend, salon, casts[0].owner, customer)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """The statements that were sent, except those of public versions, which come whenever a process needs them."""
    statements: list[Statement] = []
    bind = Statement.bind

    def counted(statement: Statement, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if statement not in {public_versions.ANNOUNCE, public_versions.READ}:
            statements.append(statement)
        return bind(statement, values)

    monkeypatch.setattr(Statement, "bind", counted)
    return statements


async def test_the_slots_of_a_salon_take_as_many_statements_as_those_of_one_member(
    postgres_backend: PostgresBackend, sent: list[Statement]
) -> None:
    make, counts = Builder(), []
    for members in (1, 4):
        scene = await a_salon(postgres_backend, make, members=members, bookings=1)
        sent.clear()
        found = await salon_schedules(
            scene.salon.id, window=TimeRange(TOMORROW, TOMORROW + 24 * HOUR), reads=scene.reads
        )
        assert len(found.schedules) == members
        counts.append(len(sent))
    assert counts == [4, 4]  # members, profiles, hours, claims


async def test_the_connections_of_many_take_as_many_statements_as_those_of_one(
    postgres_backend: PostgresBackend, sent: list[Statement]
) -> None:
    make, admin = Builder(), Actor(UserId(Builder().entropy.new_id()), Role.ADMIN)
    for members in (1, 4):
        scene = await a_salon(postgres_backend, make, members=members, bookings=1)
        reads, people = scene.reads, SalonSearch(salon_id=scene.salon.id)
        sent.clear()
        assert len(await list_users(admin, UserFilter(role=Role.PROVIDER, limit=members), reads, now=NOW)) == members
        assert len(sent) == 4  # accounts, locks, profiles with salons, salons that are managed
        sent.clear()
        [salon] = await list_all_salons(admin, people, reads.connections)
        assert len(salon.members) == members
        ids = [each.profile.id for each in salon.members]
        assert len(sent) == 2  # salons, people
        assert len(await reads.connections.of_providers(ids)) == members
        assert len(sent) == 3


@pytest.mark.parametrize(("members", "bookings"), [(1, 1), (4, 6)])
async def test_a_screen_takes_at_most_two_calls_of_one_statement_each(
    postgres_backend: PostgresBackend, members: int, bookings: int, sent: list[Statement]
) -> None:
    scene = await a_salon(postgres_backend, Builder(), members=members, bookings=bookings)
    rows: dict[str, int] = {}
    for screen, calls in scene.screens().items():
        assert len(calls) <= 2, screen
        for call in calls:
            sent.clear()
            rows[screen] = len(await call())
            assert len(sent) == 1, screen
    assert rows == {
        "my bookings": members * bookings,
        "provider's day": bookings,
        "provider's week": bookings,
        "provider's customers": 1,
        "provider's invitations": 0,
        "salon's day": members * bookings,
        "salon's customers": 1,
    }


FIRST_DAY: Final = "from=2026-11-23&to=2026-11-24"
MONTH: Final = "from=2026-11-23&to=2026-12-23"


async def a_studio(api: Api, *, services: int) -> tuple[str, list[str]]:
    """A provider with as many services and portfolio items, and an appointment of each service; its id and theirs."""
    token, provider_id = await api.open_provider()
    customer, service_ids = await api.joined("customer"), []
    for number in range(services):
        service = {"name": f"Service {number}", "durationMinutes": 30, "priceAmount": 1_000_000}
        made = await api.post("/services", token, json=service)
        service_ids.append(str(made.json()["id"]))
        item = {"fileIds": [await api.uploaded(token, "portfolio")]}
        assert (await api.post("/portfolio", token, json=item)).status_code == 201
        await api.booked(customer, provider_id, f"2026-11-23T1{number}:00:00+08:00", serviceIds=service_ids[-1:])
    return provider_id, service_ids


async def test_a_customer_needs_two_calls_whose_statements_do_not_grow_with_the_rows(
    postgres: TestServer, sent: list[Statement]
) -> None:
    counts: list[dict[str, list[int]]] = []
    with postgres.database() as url:
        api = Api({"DATABASE_URL": url, "BOOKING_RATE_LIMITS": "off"}, in_memory=False)
        async with api.opened():
            for services in (1, 3):
                provider_id, service_ids = await a_studio(api, services=services)
                path, chosen = f"/providers/{provider_id}", "&".join(f"serviceIds={each}" for each in service_ids)
                order = {"providerId": provider_id, "slot": "2026-11-23T16:00:00+08:00", "serviceIds": service_ids}
                customer = await api.joined("customer")
                screens: dict[str, list[tuple[str, str]]] = {
                    "provider's page": [("GET", f"{path}/page")],
                    "calendar month": [("GET", f"{path}/days?{MONTH}&{chosen}")],
                    "booking": [("GET", f"{path}/slots?{FIRST_DAY}&{chosen}"), ("POST", "/bookings")],
                }
                counts.append({})
                for screen, calls in screens.items():
                    assert len(calls) <= 2, screen
                    counts[-1][screen] = []
                    for method, target in calls:
                        sent.clear()
                        answer = await api.call(method, target, customer, json=order if method == "POST" else None)
                        assert answer.is_success, answer.text
                        counts[-1][screen].append(len(sent))
                page = (await api.get(f"{path}/page")).json()
                assert len(page["services"]) == len(page["portfolio"]["items"]) == services
    assert counts[0] == counts[1]
    assert max(len(calls) for calls in counts[0].values()) == 2
