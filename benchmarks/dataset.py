"""The data of the booking benchmark: providers with open hours, customers with tokens, and unique slots."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from benchmarks.load_jobs import post
from benchmarks.recording import MIN_LEAD_TIME, Recording, record
from booking_domain.bookings.model import Booking
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import WallTime
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    ProfileChange,
    SettingsChange,
    TermsChange,
    change_settings,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.identity.authenticate import OpenSession, Register, open_session, register
from booking_domain.use_cases.scheduling.calendars import AddRule, add_rule
from entrypoints.container import Container
from entrypoints.http.bookings.schemas import booking_json

PROVIDERS: Final = 60
CUSTOMERS: Final = 2_000
"""Enough that none exceeds the limit of bookings awaiting a deposit. The floors book for as many other customers."""
HORIZON_DAYS: Final = 365
_ZONE: Final = ZoneInfo("Asia/Ulaanbaatar")
_OPEN: Final = Hours(WallTime.parse("10:00"), WallTime.parse("19:00"))
_STARTS: Final = range(10, 19)
_PATH: Final = "/api/v1/bookings"


@dataclass(frozen=True)
class Slot:
    """A free slot."""

    provider_id: UUID
    start: datetime


class Dataset:
    """Creates the rows that bookings need, through the application's use cases."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._hash = ""
        self._numbers = count()
        self._tokens: list[str] = []
        self._slots: Iterator[Slot] = iter(())

    async def open(self, *, customers: int = CUSTOMERS) -> Recording:
        """Create all rows, place one booking and return the recording of its SQL."""
        container = self._container
        providers = await self.providers(PROVIDERS)
        booking, floor_customers = [[await self._account(Role.CUSTOMER) for _ in range(customers)] for _ in range(2)]
        now = container.clock().now()
        self._tokens = [await self._token(customer) for customer in booking]
        self._slots = _shuffled(providers, now)
        recording = await self._book_once(floor_customers[0])
        recording.customers = [other.id for other in floor_customers]
        return recording

    async def providers(self, number: int, *, step_minutes: int = 60) -> list[ProviderId]:
        """Create accounts, and providers that take bookings; slots of an hour begin every `step_minutes`."""
        self._hash = await self._container.password_hasher().hash("unused")
        admin = await self._account(Role.ADMIN)
        return [await self._provider(admin, step_minutes) for _ in range(number)]

    def requests(self, number: int, path: str = _PATH) -> list[bytes]:
        """Build `number` requests, each for a different slot."""
        return [self._request(path) for _ in range(number)]

    def _request(self, path: str) -> bytes:
        slot, number = next(self._slots), next(self._numbers)
        body = {"providerId": slot.provider_id, "slot": slot.start, "notes": "A small swallow on the left shoulder"}
        token = self._tokens[number % len(self._tokens)]
        headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
        return post(path, msgspec.json.encode(body), headers)

    async def _account(self, role: Role) -> User:
        name = f"{role}-{next(self._numbers)}"
        command = Register(
            email=f"{name}@example.com", phone=None, name=name, role=role, password_hash=self._hash, by_platform=True
        )
        return await self._container.executor().run(register, command, actor=SYSTEM)

    async def _token(self, user: User) -> str:
        """The access token of a new session."""
        opening = OpenSession(user_id=user.id, method=LoginMethod.PASSWORD, client=Client())
        signed_in = await self._container.executor().run(open_session, opening, actor=SYSTEM)
        return self._container.access_tokens().issue(signed_in.bearer, self._container.clock().now()).text

    async def _provider(self, admin: User, step_minutes: int) -> ProviderId:
        executor, owner = self._container.executor(), await self._account(Role.PROVIDER)
        terms = TermsChange(deposit_amount=20_000_00, price_amount=80_000_00, currency="MNT")
        profile = ProfileChange(display_name=owner.name, styles=("fine line",), time_zone=_ZONE.key, terms=terms)
        view = await executor.run(open_profile, profile, actor=owner.actor)
        settings = SettingsChange(step_minutes=step_minutes, duration_minutes=60, horizon_days=HORIZON_DAYS)
        await executor.run(change_settings, settings, actor=owner.actor)
        for day in range(7):
            await executor.run(add_rule, AddRule(day=day, hours=_OPEN), actor=owner.actor)
        await executor.run(submit_profile, None, actor=owner.actor)
        decision = DecideOnProfile(provider_id=view.profile.id, approved=True)
        await executor.run(decide_on_profile, decision, actor=admin.actor)
        return view.profile.id

    async def _book_once(self, customer: User) -> Recording:
        slot, bookings, key = next(self._slots), list[Booking](), str(uuid4())
        command = PlaceBooking(provider_id=ProviderId(slot.provider_id), slot=slot.start)

        def answer(booking: Booking) -> bytes:
            bookings.append(booking)
            return msgspec.json.encode(booking_json(booking))

        async def place() -> bytes:
            once = IdempotencyKey(caller=customer.id, key=key, fingerprint=b"\0" * 32)
            done = await self._container.executor().run_once(
                place_booking, command, actor=customer.actor, key=once, answer=answer
            )
            return done.body

        def roles() -> dict[object, str | None]:
            booking = bookings[-1]
            return {
                booking.id: "booking_id",
                booking.provider_id: "provider_id",
                booking.reference: "reference",
                booking.span.start: "start",
                booking.local_start: "local_start",
                booking.provider_user_id: None,
                booking.customer_id: "customer_id",
                key: "key",
            }

        return await record(place, now=lambda: bookings[-1].created_at, roles=roles)


def _shuffled(providers: list[ProviderId], now: datetime) -> Iterator[Slot]:
    """Each slot once, in random order but cycling through the providers, so concurrent bookings do not conflict."""
    rng = random.Random(20_261_121)  # noqa: S311 - a fixed seed gives the same order in each run
    first = (now + MIN_LEAD_TIME).astimezone(_ZONE).date() + timedelta(days=1)
    days = [first + timedelta(days=day) for day in range(HORIZON_DAYS - MIN_LEAD_TIME.days - 2)]
    starts = [datetime.combine(day, time(hour), _ZONE) for day in days for hour in _STARTS]
    orders = [rng.sample(starts, len(starts)) for _ in providers]
    for each in zip(*orders, strict=True):
        yield from (Slot(provider_id, start) for provider_id, start in zip(providers, each, strict=True))
