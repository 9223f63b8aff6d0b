"""Live claims and taken units exclude slots, and expired holds do not."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final

from booking_domain.scheduling import Anchoring, ClaimKind, ResourceUnit, offered_slots
from booking_domain.testing.properties.broken import broken, must_be_the_same
from booking_domain.testing.properties.obstacles import Obstacles
from booking_domain.testing.properties.whole_days import appointment
from booking_domain.testing.question import Question, SlotFunction

_BOOKINGS: Final = 4


def slots_keep_their_distance(question: Question, by: SlotFunction = offered_slots) -> None:
    """No slot with its buffers overlaps a live claim with its buffers, or a busy time.

    Between it and a claim at another venue lies the time to travel, too.
    Pauses of both are free, and claims of its own class and time share it as long as there are places left. With its
    buffers, enough units of each resource are free.
    """
    obstacles = Obstacles(question)
    for slot in question.slots(by):
        if obstacles.taken(slot.start):
            broken("A slot, with its buffers, meets what is claimed or busy", question, slot.start)
        if obstacles.lacks_units(slot.start):
            broken("A slot is offered, and too few units of a resource are free", question, slot.start)


def booking_one_slot_after_the_other_never_overlaps(
    question: Question, by: SlotFunction = offered_slots, *, claim_buffers: bool = True
) -> None:
    """Booking offered slots one after the other never overlaps a claim, and a slot is not offered once its places are.

    The bookings keep their buffers, unless claims have none (`claim_buffers`).
    """
    for number in range(_BOOKINGS):
        slots = question.slots(by)
        if not slots:
            return
        slot = slots[number * (len(slots) - 1) // (_BOOKINGS - 1)]
        if Obstacles(question).taken(slot.start):
            broken("Two claims overlap after booking what is offered", question, slot.start)
        claim = question.calendar.claim(appointment(question, slot.start))
        claim = claim if claim_buffers else replace(claim, blocked=claim.span)
        question = replace(question, claims=(*question.claims, claim))
        if Obstacles(question).taken(slot.start) and question.offers(slot.start, by):
            broken("A slot whose places are booked is offered again", question, slot.start)


def busy_time_never_adds_a_slot(question: Question, by: SlotFunction = offered_slots) -> None:
    """More claims, busy times, blocks or taken units remove slots and never add one.

    This holds if steps are counted from the opening, so questions with other anchors are asked that way, except for
    blocks. With `after_claim` anchoring a claim from 9:00 to 9:40 adds a slot at 9:40.
    """
    calendar = question.calendar
    plain = replace(
        question, calendar=replace(calendar, settings=replace(calendar.settings, anchoring=Anchoring.OPEN_RANGE))
    )
    pairs = chain(
        _without_blocks(question), _without_blocks(plain), _without_claims(plain), _without_taken_units(question)
    )
    for more, fewer in pairs:
        new = sorted(set(more.offered(by)) - set(fewer.offered(by)))
        if new:
            broken("A slot is there only because more time is taken", more, new[0])


def lapsed_holds_never_matter(question: Question, by: SlotFunction = offered_slots) -> None:
    """An expired hold has no effect from the instant it expires, whether it has been deleted or not."""
    without = replace(question, claims=question.live)
    must_be_the_same("Without the lapsed holds", question, question.offered(by), without.offered(by))
    lapsing = tuple(replace(claim, kind=ClaimKind.HOLD, lane=0, expires_at=question.now) for claim in question.claims)
    lapsed, none = replace(question, claims=lapsing), replace(question, claims=())
    must_be_the_same("Without the holds that lapse now", lapsed, lapsed.offered(by), none.offered(by))


def _without_blocks(question: Question) -> Iterator[tuple[Question, Question]]:
    if question.calendar.blocks:
        yield question, replace(question, calendar=replace(question.calendar, blocks=question.calendar.blocks[1:]))


def _without_claims(question: Question) -> Iterator[tuple[Question, Question]]:
    calendar = question.calendar
    if calendar.busy:
        yield question, replace(question, calendar=replace(calendar, busy=calendar.busy[1:]))
    if question.claims:
        half = replace(question, claims=question.claims[: len(question.claims) // 2])
        yield question, half
        yield half, replace(question, claims=())


def _without_taken_units(question: Question) -> Iterator[tuple[Question, Question]]:
    of = question.calendar.resources
    if of:
        free = tuple(replace(each, units=(ResourceUnit(), *each.units[1:])) for each in of)
        yield question, replace(question, calendar=replace(question.calendar, resources=free))
        yield question, replace(question, calendar=replace(question.calendar, resources=()))
