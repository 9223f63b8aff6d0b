"""What an appointment would meet, computed independently: claims with pauses or elsewhere, places and units."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.scheduling import Claim
from booking_domain.shared.time import TimeRange
from booking_domain.testing.properties.whole_days import appointment
from booking_domain.testing.question import Question

_MINUTE: Final = timedelta(minutes=1)
_Part = tuple[TimeRange, tuple[TimeRange, ...]]
"""A range with its buffers, and the pauses in it."""


class Obstacles:
    """What stands in the way of appointments in the calendar of a question."""

    def __init__(self, question: Question) -> None:
        self._question, self._live, settings = question, question.live, question.calendar.settings
        self._capacity, self._class_id = settings.capacity, settings.class_id
        self._way, self._venue = settings.travel_minutes * _MINUTE, settings.venue
        has_pauses = question.length == settings.duration_minutes * _MINUTE
        self._pauses = settings.pauses if has_pauses else ()

    def claims(self, start: datetime) -> list[Claim]:
        """The live claims that an appointment at this start would meet.

        Those of its own class, time and venue are not in the way as long as there are fewer than the capacity.
        """
        own, place = self._appointment(start), (self._class_id, appointment(self._question, start), False)
        places = [each for each in self._live if (each.class_id, each.span, self._elsewhere(each)) == place]
        shared = places if len(places) < self._capacity else []
        met = (each for each in self._live if _meet(self._kept_free(each), own))
        return [each for each in met if each not in shared]

    def taken(self, start: datetime) -> bool:
        """Whether an appointment at this start would meet a live claim or a busy time."""
        own = self._appointment(start)
        return any(_meet((busy, ()), own) for busy in self._question.calendar.busy) or bool(self.claims(start))

    def lacks_units(self, start: datetime) -> bool:
        """Whether too few units of a resource are free for an appointment at this start, with its buffers."""
        blocked, _ = self._appointment(start)
        return any(
            sum(all(_apart(each, blocked) for each in unit.taken) for unit in resource.units) < resource.needed
            for resource in self._question.calendar.resources
        )

    def ends(self) -> list[datetime]:
        """When the provider is free again after live claims, also within them, and after the way back from them."""
        kept = [self._kept_free(each) for each in self._live]
        ends = [whole.end for whole, _ in kept]
        ways = (self._way if self._elsewhere(each) else timedelta(0) for each in self._live)
        return ends + [pause.start + way for each, way in zip(self._live, ways, strict=True) for pause in each.pauses]

    def _elsewhere(self, claim: Claim) -> bool:
        return "" not in {claim.venue, self._venue} and claim.venue != self._venue

    def _kept_free(self, claim: Claim) -> _Part:
        """The claim with its buffers and, if it is elsewhere, the way, which makes its pauses shorter."""
        if not self._elsewhere(claim):
            return claim.blocked, claim.pauses
        whole = TimeRange(claim.blocked.start - self._way, claim.blocked.end + self._way)
        pauses = ((pause.start + self._way, pause.end - self._way) for pause in claim.pauses)
        return whole, tuple(TimeRange(*pause) for pause in pauses if pause[0] < pause[1])

    def _appointment(self, start: datetime) -> _Part:
        begin = [start + each.after_minutes * _MINUTE for each in self._pauses]
        pauses = (TimeRange(at, at + each.minutes * _MINUTE) for at, each in zip(begin, self._pauses, strict=True))
        span, settings = appointment(self._question, start), self._question.calendar.settings
        before, after = settings.buffer_before_minutes * _MINUTE, settings.buffer_after_minutes * _MINUTE
        return TimeRange(span.start - before, span.end + after), tuple(pauses)


def _meet(one: _Part, other: _Part) -> bool:
    """Whether they have a moment in common that lies in no pause: step through it from pause to pause."""
    at, end = max(one[0].start, other[0].start), min(one[0].end, other[0].end)
    for pause in sorted((*one[1], *other[1])):
        if pause.start > at:
            break
        at = max(at, pause.end)
    return at < end


def _apart(one: TimeRange, other: TimeRange) -> bool:
    return one.end <= other.start or other.end <= one.start
