"""The vectors of slots as values."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Any

from booking_domain.scheduling.as_json import Json, calendar_of, claims_of, instant_of
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import Calendar, Slot
from booking_domain.shared.time import TimeRange


@dataclass(frozen=True, kw_only=True)
class ExpectedExplanation:
    """The expected explanation of one start."""

    slot: datetime
    reasons: frozenset[str]
    """None: the start is offered."""
    neighbours: dict[str, datetime | None]
    """The expected offered starts `before` and `after` it, if the vector names them."""


@dataclass(frozen=True, kw_only=True)
class SlotCase:
    """A calendar, its claims, a window and the slots that are offered in it."""

    id: str
    title: str
    source: str
    """The source of the rule: a paragraph, a line of the tz database, a standard."""
    json: Json = field(repr=False)
    """The JSON of the file: `calendar`, `claims`, `now`, `window`, `durationMinutes`, `expect`, `explain`."""

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar."""
        return calendar_of(self.json["calendar"])

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, including expired holds."""
        return claims_of(self.json.get("claims", ()))

    @property
    def now(self) -> datetime:
        """The current time."""
        return instant_of(self.json["now"])

    @property
    def window(self) -> TimeRange:
        """The window in which slots can start."""
        return TimeRange(instant_of(self.json["window"]["from"]), instant_of(self.json["window"]["to"]))

    @property
    def duration_minutes(self) -> int | None:
        """The requested duration; None: the default."""
        minutes: int | None = self.json.get("durationMinutes")
        return minutes

    @cached_property
    def expected(self) -> tuple[Slot, ...]:
        """The expected slots, in order."""
        expect = self.json["expect"]
        if "slots" in expect:
            return tuple(Slot(instant_of(each["start"]), instant_of(each["end"])) for each in expect["slots"])
        minutes = self.duration_minutes or self.calendar.settings.duration_minutes
        starts = [instant_of(text) for text in expect["starts"]]
        return tuple(Slot(start, start + timedelta(minutes=minutes)) for start in starts)

    @property
    def explanations(self) -> tuple[ExpectedExplanation, ...]:
        """The expected explanations."""
        return tuple(
            ExpectedExplanation(
                slot=instant_of(each["slot"]),
                reasons=frozenset(each["reasons"]),
                neighbours={
                    name: None if each[name] is None else instant_of(each[name])
                    for name in ("before", "after")
                    if name in each
                },
            )
            for each in self.json.get("explain", ())
        )


def load_slot_cases() -> tuple[SlotCase, ...]:
    """Load all vectors for slots."""
    return tuple(
        SlotCase(id=each["id"], title=each["title"], source=each["source"], json=each) for each in vectors("slots")
    )


def vectors(kind: str) -> Iterator[dict[str, Any]]:
    """Load all vectors of a kind."""
    folder = files(__package__) / "vectors"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            yield from json.loads(file.read_text(encoding="utf-8")).get(kind, ())
