"""Runs histories in this process: the use cases on the ports in memory, with a manual clock.

This file is long because it holds every action of a history.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Action, Status
from booking_domain.payments.model import Payment, Purpose
from booking_domain.scheduling.claims import Claim
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, ClaimId, EventId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.conformance.histories import History, Outcome, Step
from booking_domain.testing.conformance.slot_checks import Failure
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.accept_request import AcceptRequest, accept_request
from booking_domain.use_cases.bookings.decline_request import DeclineRequest, decline_request
from booking_domain.use_cases.bookings.offer_times import OfferTimes, offer_times
from booking_domain.use_cases.bookings.reschedule_booking import RescheduleBooking, reschedule_booking
from booking_domain.use_cases.payments.settle_payment import settle_on_request
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.scheduling.holds import release_hold

SLOT_0: Final = TOMORROW + timedelta(days=7)
"""The first slot, eight days after the start of a history. Slot `n` is n hours later."""
MOVES: Final = {
    "confirm": Status.CONFIRMED,
    "cancel": Status.CANCELLED,
    "complete": Status.COMPLETED,
    "no_show": Status.NO_SHOW,
}
_RESOLUTIONS: Final = {
    "confirmed": Action.RESOLVE_CONFIRMED,
    "completed": Action.RESOLVE_COMPLETED,
    "cancelled": Action.RESOLVE_CANCELLED,
    "no_show": Action.RESOLVE_NO_SHOW,
}
_LENGTH: Final = re.compile(r"([0-9]+)([dhms])")
_AT: Final = re.compile(r"(start|end|due)?(?:([+-])((?:[0-9]+[dhms])+))?")
_UNITS: Final = {"d": timedelta(days=1), "h": HOUR, "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


class VectorError(Exception):
    """The vector contains an action that cannot be run."""


def check_histories(histories: Iterable[History]) -> list[Failure]:
    """Run each history on its own platform. Return those with another outcome."""
    return list(_failures(histories, lambda history: asyncio.run(_play(history))))


def _failures(histories: Iterable[History], play: Callable[[History], tuple[str, ...]]) -> Iterator[Failure]:
    for history in histories:
        try:
            problems = play(history)
        except Exception as error:  # noqa: BLE001 - the other histories are still to be played
            problems = (f"  raised {type(error).__name__}: {error}",)
        if problems:
            yield Failure(id=history.id, title=history.title, source=history.source, problems=problems)


def length_of(text: str) -> timedelta:
    """Parse a duration.

    >>> length_of("1h30m")
    datetime.timedelta(seconds=5400)
    """
    return sum((int(count) * _UNITS[unit] for count, unit in _LENGTH.findall(text)), timedelta(0))


def differences(expected: Outcome, found: Outcome) -> Iterator[str]:
    """Return one line per difference. The status history is compared only if the vector names it."""
    for name in ("status", "payment_status", "paid", "refund_owed", "slot_free", "trail"):
        expected_value, is_so = getattr(expected, name), getattr(found, name)
        if expected_value != is_so and not (name == "trail" and expected_value is None):
            yield f"  - {name}: {_said(expected_value)}  expected\n  + {name}: {_said(is_so)}  found"


def _said(value: object) -> str:
    return " → ".join(value) if isinstance(value, tuple) else str(value)


async def _play(history: History) -> tuple[str, ...]:
    studio = await Studio.opened(terms=history.terms)
    play = _Play(
        studio, history.terms.price.currency, other=await studio.joined(), manager=await studio.joined(Role.MANAGER)
    )
    for step in history.steps:
        refusal = await play.refusal_of(step)
        if refusal != step.refusal:
            return (f"  {step}: expected {step.refusal or 'that it is done'}, met {refusal or 'no refusal'}",)
    problems = list(differences(history.expected, await play.outcome()))
    if not any(step.do in {"dispute", "resolve"} for step in history.steps):
        problems += [f"  the books do not balance: {each}" for each in await studio.violations()]
    return tuple(problems)


class _Play:
    """A history in progress."""

    def __init__(self, studio: Studio, currency: str, *, other: Actor, manager: Actor) -> None:
        self._studio = studio
        self._currency = currency
        self._began = studio.clock.now()
        self._people = {
            "customer": studio.customer,
            "other_customer": other,
            "provider": studio.owner,
            "manager": manager,
            "admin": studio.admin,
            "system": SYSTEM,
            "payment": SYSTEM,
        }
        self._booking: Booking | None = None
        self._holds: dict[float, Claim] = {}
        self._bills: dict[Purpose, Payment] = {}

    async def refusal_of(self, step: Step) -> str | None:
        """Run the action. Return the code of the error that rejected it."""
        if step.at is not None:
            await self._go_to(step.at)
        doing: Callable[[Step, Actor], Awaitable[object]] | None = getattr(self, f"do_{step.do}", None)
        if doing is None and step.do not in MOVES:
            raise VectorError(f"{step}: unknown action")
        try:
            await (doing or self.do_move)(step, self._people[step.who])
        except DomainError as error:
            return error.code
        return None

    async def outcome(self) -> Outcome:
        """Return the current outcome."""
        booking = await self._studio.seen(self._the_booking)
        return Outcome(
            status=booking.status,
            payment_status=booking.payment_status,
            paid=booking.paid.amount,
            refund_owed=sum(owed.amount for owed in await self._studio.owed(booking)),
            slot_free=await self._studio.is_free(SLOT_0),
            trail=tuple(event.to_status.value for event in await self._studio.reads.bookings.events(booking.id)),
        )

    async def do_place(self, step: Step, by: Actor) -> None:
        """Place a booking. The first one is the subject of the history."""
        slot = step.more.get("slot", 0)
        deposit = step.more.get("deposit")
        made = await self._studio.book(
            _slot(slot),
            by=by,
            hold=self._held(slot).id if step.more.get("hold") else None,
            deposit=None if deposit is None else Money(amount=deposit, currency=self._currency),
        )
        self._booking = self._booking or made

    async def do_hold(self, step: Step, by: Actor) -> None:
        slot = step.more.get("slot", 0)
        self._holds[slot] = await self._studio.hold(_slot(slot), by=by)

    async def do_release(self, step: Step, by: Actor) -> None:
        hold: ClaimId = self._held(step.more.get("slot", 0)).id
        await self._studio.run(release_hold, hold, by=by)

    async def do_bill(self, step: Step, by: Actor) -> None:
        purpose = _purpose(step)
        self._bills[purpose] = await self._studio.bill(self._the_booking, purpose, by=by)

    async def do_pay(self, step: Step, __: Actor) -> None:
        """Pay at the gateway, which calls back once or as often as the step says."""
        bill = self._bill(step)
        amount = Money(amount=step.more.get("amount", bill.amount.amount), currency=bill.amount.currency)
        if not self._studio.pay(bill, amount):
            raise VectorError(f"{step}: the gateway rejects the payment of this bill")
        for _ in range(step.more.get("callbacks", 1)):
            await self._studio.settle(bill)

    async def do_callback(self, step: Step, __: Actor) -> None:
        for _ in range(step.more.get("times", 1)):
            await self._studio.settle(self._bill(step))

    async def do_ask(self, step: Step, _: Actor) -> None:
        """Read the payment as the customer, which requests a report from the gateway."""
        kept = await self._studio.reads.payments.get(self._bill(step).id)
        await settle_on_request(
            kept or self._bill(step), executor=self._studio.executor, gateways=self._studio.gateways
        )

    async def do_gateway(self, step: Step, _: Actor) -> None:
        self._studio.gateway.available = step.more["up"]

    async def do_wait(self, step: Step, _: Actor) -> None:
        self._studio.clock.advance(length_of(step.more["for"]))

    async def do_expire(self, _: Step, __: Actor) -> None:
        await self._studio.expire(self._the_booking)

    async def do_accept(self, step: Step, by: Actor) -> None:
        slot = step.more.get("slot")
        command = AcceptRequest(
            booking_id=self._the_booking.id,
            slot=None if slot is None else _slot(slot),
        )
        await self._studio.run(accept_request, command, by=by)

    async def do_decline(self, _: Step, by: Actor) -> None:
        await self._studio.run(decline_request, DeclineRequest(booking_id=self._the_booking.id), by=by)

    async def do_offer(self, step: Step, by: Actor) -> None:
        slots = tuple(_slot(slot) for slot in step.more["slots"])
        await self._studio.run(offer_times, OfferTimes(booking_id=self._the_booking.id, slots=slots), by=by)

    async def do_reschedule(self, step: Step, by: Actor) -> None:
        command = RescheduleBooking(booking_id=self._the_booking.id, slot=_slot(step.more["slot"]))
        await self._studio.run(reschedule_booking, command, by=by)

    async def do_accept_time(self, _: Step, by: Actor) -> None:
        await self._studio.accept_time(await self._studio.seen(self._the_booking), by=by)

    async def do_move(self, step: Step, by: Actor) -> None:
        status = MOVES[step.do] if step.do in MOVES else Status(step.more["to"])
        await self._studio.move(self._the_booking, status, by=by)

    async def do_dispute(self, _: Step, by: Actor) -> None:
        await self._studio.run(_take_action, _TakeAction(self._the_booking.id, Action.DISPUTE), by=by)

    async def do_resolve(self, step: Step, by: Actor) -> None:
        action = _RESOLUTIONS[step.more["to"]]
        await self._studio.run(_take_action, _TakeAction(self._the_booking.id, action), by=by)

    @property
    def _the_booking(self) -> Booking:
        if self._booking is None:
            raise VectorError("there is no booking yet")
        return self._booking

    def _held(self, slot: float) -> Claim:
        if slot not in self._holds:
            raise VectorError(f"there is no hold on slot {slot}")
        return self._holds[slot]

    def _bill(self, step: Step) -> Payment:
        if _purpose(step) not in self._bills:
            raise VectorError(f"{step}: there is no bill to pay")
        return self._bills[_purpose(step)]

    async def _go_to(self, at: str) -> None:
        self._studio.clock.set(await self._moment(at))

    async def _moment(self, at: str) -> datetime:
        due_at = (await self._studio.seen(self._the_booking)).due_at if at.startswith("due") else None
        return moment(at, began=self._began, start=SLOT_0, due_at=due_at)


def moment(at: str, *, began: datetime, start: datetime, due_at: datetime | None) -> datetime:
    """Return the instant that a step names, of a history that began then, with an appointment that starts then.

    Raises:
        VectorError: the text is not a time, or nothing is due.
    """
    read = _AT.fullmatch(at)
    if read is None or not at:
        raise VectorError(f"{at!r} is not a time: start-24h, end, due+1s, +15m")
    base, sign, length = read.groups()
    away = length_of(length or "") * (-1 if sign == "-" else 1)
    match base:
        case "start":
            return start + away
        case "end":
            return start + HOUR + away
        case "due":
            if due_at is None:
                raise VectorError(f"{at!r}: nothing is due")
            return due_at + away
        case _:
            return began + away


def _slot(number: float) -> datetime:
    return SLOT_0 + number * HOUR


def _purpose(step: Step) -> Purpose:
    return Purpose(step.more.get("purpose", "deposit"))


@dataclass(frozen=True, slots=True)
class _TakeAction:
    booking_id: BookingId
    action: Action


async def _take(command: _TakeAction, tx: Repositories, context: UseCaseContext) -> None:
    """Apply a dispute to the lifecycle of the booking. Dispute cases and their refunds belong to another context."""
    booking = await tx.bookings.lock(command.booking_id)
    party = None if booking is None else booking.party(context.actor)
    if booking is None or party is None:
        raise BookingNotFound
    event_id = EventId(context.entropy.new_id())
    decision = booking.apply(command.action, party=party, by=context.actor, now=context.now, event_id=event_id)
    if booking.claims_time and not decision.state.claims_time:
        await tx.claims.release(booking.provider_id, ClaimId(booking.id))
    await tx.bookings.save(decision.state, was=booking, events=decision.events)
    await tx.outbox.put(booking_events(decision.state, decision.events))


_take_action: Final = UseCase(Permission.MOVE_BOOKINGS, _take)
