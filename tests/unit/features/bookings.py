"""`/bookings`: bookings, series, and the steps of their lifecycle."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api
from tests.unit.features.declarations import (
    CANARY,
    PROVIDERS,
    Edit,
    Feature,
    Ids,
    Kind,
    Request,
    Row,
    World,
)

from booking_domain.bookings import reminders
from booking_domain.bookings.policy import CancellationPolicy
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import WalkIn
from booking_domain.shared.actor import Role
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

TUESDAY_AT_TWO: Final = "2026-11-24T14:00:00+08:00"
EARLIER_TODAY: Final = "2026-11-22T17:00:00Z"


async def booking(world: World, who: str) -> Ids:
    """A customer's own, or one with the provider."""
    customer, provider = ("other customer", who) if who in PROVIDERS else (who, "studio")
    made = await world.done(
        "POST", "/bookings", customer, providerId=await world.provider_id(provider), slot=world.slot()
    )
    return {"booking_id": made["id"]}


async def completed(world: World, who: str, provider: str = "clinic") -> Ids:
    """A completed booking of theirs: placed by the provider, or by an admin for themselves."""
    provider_id, owner, customer = (
        await world.provider_id(provider),
        await world.token(provider),
        await world.token(who),
    )
    assert owner is not None
    assert customer is not None
    by_admin = who.endswith("admin")
    named = {} if by_admin else {"customerId": await world.api.consented(customer, owner)}
    await world.done("PUT", "/providers/me", provider, depositAmount=0)
    world.minutes += 5
    made = await world.done(
        "POST",
        "/bookings",
        who if by_admin else provider,
        providerId=provider_id,
        slot=(datetime(2026, 11, 22, 16, tzinfo=UTC) + timedelta(minutes=world.minutes)).isoformat(),
        durationMinutes=5,
        **named,
    )
    await world.done("PATCH", f"/bookings/{made['id']}", provider, status="completed")
    return {"booking_id": made["id"]}


async def a_slot(api: Api) -> tuple[str, dict[str, Any]]:
    """The token of a customer, and a slot of a provider."""
    _, provider_id = await api.open_provider()
    return await api.joined("customer"), {"providerId": provider_id, "slot": MONDAY_AT_TEN}


async def new_booking(api: Api) -> Request:
    customer, slot = await a_slot(api)
    return customer, "/bookings", slot


async def completed_booking(api: Api, slot: str = EARLIER_TODAY) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and booking: entered by the provider for the customer, and completed."""
    owner, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    customer_id = await api.consented(customer, owner)
    booking = await api.booked(owner, provider_id, slot, customerId=customer_id)
    done = await api.patch(f"/bookings/{booking['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    return customer, owner, done.json()


async def new_series(api: Api) -> Request:
    customer, slot = await a_slot(api)
    return customer, "/bookings/series", {**slot, "everyWeeks": 1, "times": 2}


def step(path: str, body: dict[str, Any]) -> Callable[[Api], Awaitable[Edit]]:
    """A step of the provider, with a requested booking."""

    async def request(api: Api) -> Edit:
        provider, provider_id = await api.open_provider(bookingMode="request")
        customer = await api.joined("customer")
        seen_at = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
        return Edit(provider, f"{seen_at}{path}", body, seen_at, customer, again=False, cached=False)

    return request


async def acceptance(api: Api) -> Edit:
    """The customer accepts the time that the provider has set."""
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    seen_at = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    moved = (await api.post(f"{seen_at}/reschedule", provider, json={"slot": TUESDAY_AT_TWO})).json()
    seen = {"start": moved["start"], "end": moved["end"]}
    return Edit(customer, f"{seen_at}/accept-time", seen, seen_at, customer, tag='"2"', again=False, cached=False)


async def waiver(api: Api) -> Edit:
    """The provider waives the deposit of a booking that waits for it."""
    provider, provider_id = await api.open_provider(depositAmount=2_000_000, priceAmount=8_000_000)
    customer = await api.joined("customer")
    seen_at = f"/bookings/{(await api.booked(customer, provider_id))['id']}"
    waived = {"reason": "A regular customer."}
    return Edit(provider, f"{seen_at}/waive-deposit", waived, seen_at, customer, again=False, cached=False)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    booked = replace(
        make.booking(cast.profile, cast.customer, status=Status.COMPLETED), notes=f"notes of a {CANARY}", due_at=None
    )
    event = replace(make.event(booked), reason=f"because of a {CANARY}")
    await tx.bookings.add(booked, [event, make.event(booked, Status.CONFIRMED)])
    await tx.claims.acquire(make.claim(cast.profile, cast.customer), NOW)
    for user in (cast.owner, cast.customer):
        walked_in = make.booking(cast.profile, user, status=Status.COMPLETED)
        await tx.bookings.add(replace(walked_in, due_at=None), [make.event(walked_in)])
        await tx.walk_ins.add(walked_in.id, WalkIn(name=f"a walk-in of a {CANARY}"))


_SEE: Final = Permission.SEE_BOOKINGS
_MOVE: Final = Permission.MOVE_BOOKINGS
_STORED: Final = {"bookingId", "providerId", "to", "dueAt"}
BOOKING: Final = Kind(
    booking,
    relations=(Relation.PARTY, Relation.OWN),
    relations_of={Role.PROVIDER: (Relation.PARTY,)},
    seen_with=_SEE,
)

FEATURE: Final = Feature(
    routes={
        "POST /bookings": Row(Permission.PLACE_BOOKINGS, once=new_booking),
        "POST /bookings/series": Row(Permission.PLACE_BOOKINGS, once=new_series),
        "POST /bookings/quote": Row(Permission.PLACE_BOOKINGS),
        "GET /bookings": Row(_SEE),
        "GET /bookings/{booking_id}": Row(_SEE, BOOKING),
        "GET /bookings/{booking_id}/events": Row(_SEE, BOOKING),
        "GET /bookings/{booking_id}/cancellation-quote": Row(_SEE, BOOKING),
        "PATCH /bookings/{booking_id}": Row(_MOVE, BOOKING, edit=step("", {"status": "cancelled"})),
        "POST /bookings/{booking_id}/reschedule": Row(
            _MOVE,
            BOOKING,
            edit=step("/reschedule", {"slot": TUESDAY_AT_TWO}),
        ),
        "POST /bookings/{booking_id}/accept-time": Row(
            _MOVE,
            BOOKING,
            steps=True,
            example_refused=True,
            edit=acceptance,
        ),
        "POST /bookings/{booking_id}/waive-deposit": Row(_MOVE, BOOKING, steps=True, example_refused=True, edit=waiver),
        "POST /bookings/{booking_id}/cancel": Row(_MOVE, BOOKING, edit=step("/cancel", {})),
        "POST /bookings/{booking_id}/accept": Row(
            _MOVE, BOOKING, steps=True, example_refused=True, edit=step("/accept", {})
        ),
        "POST /bookings/{booking_id}/decline": Row(
            _MOVE, BOOKING, steps=True, example_refused=True, edit=step("/decline", {})
        ),
        "POST /bookings/{booking_id}/change-terms": Row(
            _MOVE,
            BOOKING,
            steps=True,
            example_refused=True,
            edit=step("/change-terms", {"durationMinutes": 45}),
        ),
        "POST /bookings/{booking_id}/offer-times": Row(
            _MOVE,
            BOOKING,
            steps=True,
            example_refused=True,
            edit=step("/offer-times", {"slots": [TUESDAY_AT_TWO]}),
        ),
    },
    permissions="""
        booking.place            customer:any provider:any manager:any admin:any
        booking.place_for_others provider:own manager:managed admin:any
        booking.see              customer:party provider:party manager:party|managed admin:any
        booking.move             customer:party provider:party manager:party|managed admin:any
    """,
    events={
        **{each.topic: {"bookingId", "until"} for each in reminders.EVENTS},
        "booking.cancelled": _STORED,
        "booking.clock_changed": _STORED,
        "booking.completed": _STORED,
        "booking.confirmed": _STORED,
        "booking.deposit_waived": _STORED,
        "booking.disputed": _STORED,
        "booking.dispute_ended": _STORED,
        "booking.expired": _STORED,
        "booking.no_show": _STORED,
        "booking.not_revived": _STORED | {"why"},
        "booking.pending": _STORED,
        "booking.placed": _STORED,
        "booking.questioned": _STORED,
        "booking.rescheduled": _STORED,
        "booking.revived": _STORED,
        "booking.time_accepted": _STORED,
        "booking.terms_accepted": _STORED,
        "booking.terms_changed": _STORED,
        "booking.terms_lapsed": _STORED,
        "booking.terms_offered": _STORED,
        "booking.terms_refused": _STORED,
        "booking.times_offered": _STORED,
        "booking.upheld": _STORED,
    },
    samples={
        **{(CancellationPolicy, name): st.integers(0, 100) for name in ("late_keeps", "no_show_keeps")},
        (CancellationPolicy, "reschedule_notice_minutes"): st.integers(0, 1_440),
        (CancellationPolicy, "max_reschedules"): st.none() | st.integers(0, 100),
    },
    personal_data=personal_data,
)
