"""Stores that break one promise of a port each: `test_contract_mutants.py` runs the contracts, which fail."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from booking_domain.core import Booking, Claim, MemoryStore, TimeRange, Waiting
from booking_domain.scheduling.claims import MAX_LANES, ClaimKind
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.model import claim_margin
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.waiting import OPEN
from booking_domain.testing.backend import OpenBackend
from booking_domain.testing.builders import NOW
from booking_domain.testing.core.contracts import THREADS, StoreContract
from booking_domain.testing.memory import MemoryDatabase
from booking_domain.testing.scheduling.contracts.claims import ClaimsContract
from booking_domain.testing.scheduling.contracts.feeds import FeedsContract
from booking_domain.testing.scheduling.contracts.provider_schedules import ProviderSchedulesContract
from booking_domain.testing.scheduling.contracts.services import ServicesContract
from booking_domain.testing.scheduling.memory.calendars import MemoryScheduleReads
from booking_domain.testing.scheduling.memory.claims import MemoryClaims
from booking_domain.testing.scheduling.memory.tables import CALENDARS, CLAIMS, RESOURCES, UNITS

NEVER: Final = TimeRange(datetime(1990, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC))


class FindsByAppointment(MemoryStore):
    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        return [claim for claim in super().claims(calendar, NEVER) if claim.span.overlaps(around)]


class FindsWhatIsInside(MemoryStore):
    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        found = super().claims(calendar, around)
        return [each for each in found if around.start <= each.blocked.start and each.blocked.end <= around.end]


class HidesExpiredHolds(MemoryStore):
    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        return [claim for claim in super().claims(calendar, around) if claim.expires_at is None]


class FindsClaimsOfAll(MemoryStore):
    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        return [claim for (_, _), claim in self._claims.items() if claim.blocked.overlaps(around)]


class KeepsWhatFailed(MemoryStore):
    @contextmanager
    def locked(self, calendar: str) -> Iterator[None]:
        with self._lock:
            yield


class ForgetsWhatWasWritten(MemoryStore):
    @contextmanager
    def locked(self, calendar: str) -> Iterator[None]:
        with self._lock:
            before = self._claims.copy(), self._bookings.copy(), self._waiting.copy()
            yield
            self._claims, self._bookings, self._waiting = before


class LocksNothing(MemoryStore):
    """All threads read before one writes."""

    def __init__(self) -> None:
        super().__init__()
        self._read = threading.Barrier(THREADS)

    @contextmanager
    def locked(self, calendar: str) -> Iterator[None]:
        yield

    def claims(self, calendar: str, around: TimeRange) -> list[Claim]:
        found = super().claims(calendar, around)
        if threading.current_thread() is not threading.main_thread():
            self._read.wait()
        return found


class KeepsTheFirstClaim(MemoryStore):
    def put_claim(self, calendar: str, claim: Claim) -> None:
        self._claims.setdefault((calendar, claim.id), claim)


class RemovesOnlyWhatExists(MemoryStore):
    def remove_claim(self, calendar: str, claim_id: UUID) -> None:
        del self._claims[calendar, claim_id]


class RemovesNothing(MemoryStore):
    def remove_claim(self, calendar: str, claim_id: UUID) -> None: ...


class KeepsTheFirstBooking(MemoryStore):
    def put_booking(self, booking: Booking) -> None:
        self._bookings.setdefault(booking.id, booking)


class ForgetsPrices(MemoryStore):
    def put_booking(self, booking: Booking) -> None:
        super().put_booking(replace(booking, price=None))


class ForgetsBuffers(MemoryStore):
    def put_booking(self, booking: Booking) -> None:
        super().put_booking(replace(booking, blocked=booking.span))


class NeedsTheBooking(MemoryStore):
    def booking(self, booking_id: UUID) -> Booking | None:
        return self._bookings[booking_id]


class ListsClosedEntries(MemoryStore):
    def waiting(self, calendar: str) -> list[Waiting]:
        return [each for each in self._waiting.values() if each.calendar == calendar]


class ListsEntriesOfAll(MemoryStore):
    def waiting(self, calendar: str) -> list[Waiting]:
        return [each for each in self._waiting.values() if each.status in OPEN]


class ListsOfferedEntriesOnly(MemoryStore):
    def waiting(self, calendar: str) -> list[Waiting]:
        return [each for each in super().waiting(calendar) if each.offered is not None]


class ListsByTheLastChange(MemoryStore):
    def put_waiting(self, waiting: Waiting) -> None:
        self._waiting.pop(waiting.id, None)
        self._waiting[waiting.id] = waiting


class ListsById(MemoryStore):
    def waiting(self, calendar: str) -> list[Waiting]:
        return sorted(super().waiting(calendar), key=lambda each: each.id)


class KeepsTheFirstEntry(MemoryStore):
    def put_waiting(self, waiting: Waiting) -> None:
        self._waiting.setdefault(waiting.id, waiting)


acquire, release, get = MemoryClaims.acquire, MemoryClaims.release, MemoryScheduleReads.get


async def names_the_blocked_start(self: Any, claim: Claim, now: datetime) -> None:
    try:
        await acquire(self, claim, now)
    except SlotTaken as error:
        raise SlotTaken(start=claim.blocked.start, zone=error.zone) from error


async def names_utc(self: Any, claim: Claim, now: datetime) -> None:
    try:
        await acquire(self, claim, now)
    except SlotTaken as error:
        raise SlotTaken(start=error.start, zone="UTC") from error


async def keeps_expired_holds(self: Any, claim: Claim, now: datetime) -> None:
    expired = [each for each in self._state[CLAIMS].values() if not each.live(now)]
    await acquire(self, claim, now)
    for each in expired:
        self._state[CLAIMS].put(each)


async def deletes_all_expired_holds(self: Any, claim: Claim, now: datetime) -> None:
    await acquire(self, claim, now)
    self._state[CLAIMS].delete(lambda each: not each.live(now))


async def compares_appointments(self: Any, claim: Claim, now: datetime) -> None:
    rivals = self._state[CLAIMS].where(
        lambda each: each.provider_id == claim.provider_id and each.span.overlaps(claim.span)
    )
    if any(each.live(now) for each in rivals):
        raise SlotTaken(start=claim.span.start, zone=self._state[CALENDARS][claim.provider_id].time_zone)
    self._state[CLAIMS].delete(lambda each: each in rivals)
    self._state[CLAIMS].put(claim)


async def takes_higher_units(self: Any, claim: Claim, now: datetime) -> None:
    await acquire(self, claim, now)
    row = self._state[UNITS].get(claim.id)
    if row is not None:
        self._state[UNITS].put(row._replace(taken=tuple((of, unit + 1) for of, unit in row.taken)))


async def takes_no_units(self: Any, claim: Claim, now: datetime) -> None:
    await acquire(self, replace(claim, needs=()), now)


async def needs_what_does_not_exist(self: Any, claim: Claim, now: datetime) -> None:
    if any(each.resource_id not in self._state[RESOURCES] for each in claim.needs):
        raise SlotTaken(start=claim.span.start, zone="UTC")
    await acquire(self, claim, now)


async def finds_units_of_expired_holds_taken(self: Any, claim: Claim, now: datetime) -> None:
    if claim.needs and any(not each.live(now) for each in self._state[CLAIMS].values()):
        raise SlotTaken(start=claim.span.start, zone="UTC")
    await acquire(self, claim, now)


async def forgets_pauses(self: Any, claim: Claim, now: datetime) -> None:
    await acquire(self, replace(claim, pauses=()), now)


async def overbooks_nothing(self: Any, claim: Claim, now: datetime) -> None:
    await acquire(self, replace(claim, lane=0), now)


async def takes_the_lane_that_is_asked_for(self: Any, claim: Claim, now: datetime) -> None:
    if claim.lane:
        self._state[CLAIMS].put(claim)
    else:
        await acquire(self, claim, now)


async def has_a_lane_more(self: Any, claim: Claim, now: datetime) -> None:
    try:
        await acquire(self, claim, now)
    except SlotTaken:
        if not claim.lane:
            raise
        self._state[CLAIMS].put(replace(claim, lane=MAX_LANES + 1))


async def lies_over_what_is_overbooked(self: Any, claim: Claim, now: datetime) -> None:
    over = [each for each in self._state[CLAIMS].values() if each.lane and not claim.lane]
    self._state[CLAIMS].delete(lambda each: each in over)
    await acquire(self, claim, now)
    for each in over:
        self._state[CLAIMS].put(each)


async def has_a_place_more(self: Any, claim: Claim, now: datetime) -> None:
    await acquire(self, replace(claim, capacity=claim.capacity + 1), now)


async def finds_live_holds_only(self: Any, customer_id: Any, hold_id: Any) -> Claim | None:
    claim = self._state[CLAIMS].get(hold_id)
    mine = claim is not None and claim.kind is ClaimKind.HOLD and claim.customer_id == customer_id
    return claim if mine and claim.expires_at > NOW else None


async def finds_holds_of_all(self: Any, customer_id: Any, hold_id: Any) -> Claim | None:
    claim: Claim | None = self._state[CLAIMS].get(hold_id)
    return None if claim is None or claim.kind is not ClaimKind.HOLD else claim


async def counts_expired_holds(self: Any, customer_id: Any, now: datetime) -> int:
    return sum(each.kind is ClaimKind.HOLD and each.customer_id == customer_id for each in self._state[CLAIMS].values())


async def counts_bookings(self: Any, customer_id: Any, now: datetime) -> int:
    return sum(each.customer_id == customer_id and each.live(now) for each in self._state[CLAIMS].values())


async def needs_the_claim(self: Any, provider_id: Any, claim_id: Any) -> None:
    del self._state[CLAIMS][claim_id]


async def releases_claims_of_all(self: Any, provider_id: Any, claim_id: Any) -> None:
    self._state[CLAIMS].pop(claim_id, None)
    self._free_units()


async def keeps_units(self: Any, provider_id: Any, claim_id: Any) -> None:
    kept = dict(self._state[UNITS])
    await release(self, provider_id, claim_id)
    self._state[UNITS].update(kept)


async def releases_bookings_too(self: Any, provider_id: Any) -> None:
    self._state[CLAIMS].delete(lambda each: each.provider_id == provider_id)


async def releases_holds_of_all(self: Any, provider_id: Any) -> None:
    self._state[CLAIMS].delete(lambda each: each.kind is ClaimKind.HOLD)


async def removes_live_holds(self: Any, now: datetime) -> int:
    return len(self._state[CLAIMS].delete(lambda each: each.kind is ClaimKind.HOLD))


async def counts_nothing(self: Any, now: datetime) -> int:
    self._state[CLAIMS].delete(lambda each: not each.live(now))
    return 0


def reaching(near: Callable[[Claim, TimeRange], bool]) -> Any:
    async def wrong(self: Any, provider_id: Any, around: TimeRange, *needed: Any) -> Any:
        schedule = await get(self, provider_id, around, *needed)
        if schedule is None:
            return None
        far = claim_margin(schedule.calendar.settings)
        reach = TimeRange(around.start - far, around.end + far)
        return replace(schedule, claims=tuple(claim for claim in schedule.claims if near(claim, reach)))

    return wrong


def seeing(change: Callable[[ProviderSchedule], dict[str, Any]]) -> Any:
    async def wrong(*asked: Any) -> Any:
        schedule = await get(*asked)
        return None if schedule is None else replace(schedule, **change(schedule))

    return wrong


PLATFORM: Final[dict[str, tuple[type, type, str, Any]]] = (
    {
        each.__name__: (ClaimsContract, MemoryClaims, method, each)
        for method, mutants in {
            "acquire": (
                names_the_blocked_start,
                names_utc,
                keeps_expired_holds,
                deletes_all_expired_holds,
                compares_appointments,
                forgets_pauses,
                overbooks_nothing,
                takes_the_lane_that_is_asked_for,
                has_a_lane_more,
                lies_over_what_is_overbooked,
                has_a_place_more,
            ),
            "hold_of": (finds_live_holds_only, finds_holds_of_all),
            "count_holds": (counts_expired_holds, counts_bookings),
            "release": (needs_the_claim, releases_claims_of_all),
            "release_holds": (releases_bookings_too, releases_holds_of_all),
            "remove_expired": (removes_live_holds, counts_nothing),
        }.items()
        for each in mutants
    }
    | {
        name: (ProviderSchedulesContract, MemoryScheduleReads, "get", reaching(near))
        for name, near in {
            "reaches_by_appointment": lambda claim, reach: claim.span.overlaps(reach),
            "reaches_what_is_inside": lambda claim, reach: (
                reach.start <= claim.span.start and claim.span.end <= reach.end
            ),
            "reaches_a_day_less": lambda claim, reach: claim.blocked.overlaps(
                TimeRange(reach.start + timedelta(days=1), reach.end)
            ),
            "reaches_no_holds": lambda claim, _: claim.kind is not ClaimKind.HOLD,
        }.items()
    }
    | {
        each.__name__: (ClaimsContract, MemoryClaims, method, each)
        for method, each in (
            ("acquire", takes_higher_units),
            ("acquire", takes_no_units),
            ("acquire", needs_what_does_not_exist),
            ("acquire", finds_units_of_expired_holds_taken),
            ("release", keeps_units),
        )
    }
    | {
        name: (contract, MemoryScheduleReads, "get", seeing(change))
        for name, (contract, change) in {
            "sees_no_services": (ServicesContract, lambda _: {"services": ()}),
            "sees_no_resources": (ClaimsContract, lambda _: {"resources": ()}),
            "sees_what_takes_units_without_expiry": (
                ClaimsContract,
                lambda schedule: {
                    "resources": tuple(
                        replace(each, uses=tuple(use._replace(expires_at=None) for use in each.uses))
                        for each in schedule.resources
                    )
                },
            ),
            "sees_no_blocks": (
                ProviderSchedulesContract,
                lambda schedule: {"calendar": replace(schedule.calendar, blocks=())},
            ),
            "sees_no_exceptions": (
                ProviderSchedulesContract,
                lambda schedule: {"calendar": replace(schedule.calendar, exceptions=())},
            ),
            "sees_no_feeds": (FeedsContract, lambda _: {"feeds": ()}),
            "sees_everybody_accept": (ProviderSchedulesContract, lambda _: {"accepting": True}),
        }.items()
    }
)
CORE: Final = (
    *(FindsByAppointment, FindsWhatIsInside, HidesExpiredHolds, FindsClaimsOfAll, KeepsWhatFailed),
    *(ForgetsWhatWasWritten, LocksNothing, KeepsTheFirstClaim, RemovesOnlyWhatExists, RemovesNothing),
    *(KeepsTheFirstBooking, ForgetsPrices, ForgetsBuffers, NeedsTheBooking, ListsClosedEntries, ListsEntriesOfAll),
    *(ListsOfferedEntriesOnly, ListsByTheLastChange, ListsById, KeepsTheFirstEntry),
)
NAMES: Final = [*(each.__name__ for each in CORE), *PLATFORM]


def on_core(wrong: type[MemoryStore]) -> type:
    def store(_: Any) -> MemoryStore:
        return wrong()

    return type(f"Test_{wrong.__name__}", (StoreContract,), {"store": pytest.fixture(store)})


def on_platform(name: str, contract: type, adapter: type, method: str, wrong: Any) -> type:
    def open_backend(_: Any, monkeypatch: pytest.MonkeyPatch) -> OpenBackend:
        monkeypatch.setattr(adapter, method, wrong)

        @asynccontextmanager
        async def opened() -> AsyncIterator[MemoryDatabase]:
            yield MemoryDatabase()

        return opened

    return type(f"Test_{name}", (contract,), {"open_backend": pytest.fixture(open_backend)})


globals().update({f"Test_{wrong.__name__}": on_core(wrong) for wrong in CORE})
globals().update({f"Test_{name}": on_platform(name, *each) for name, each in PLATFORM.items()})
