"""Weekly opening hours in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.shared.time import WallTime
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.pages import Page

_HOURS: Final = Phrase("{start}–{end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """The hours of a day of the week."""

    day: str
    hours: str
    today: bool


def valid_rules(rules: Iterable[WeeklyRule], today: date) -> list[WeeklyRule]:
    """The rules that hold today."""
    return [
        rule
        for rule in rules
        if (rule.valid_from is None or rule.valid_from <= today)
        and (rule.valid_until is None or today <= rule.valid_until)
    ]


def week_hours(rules: Iterable[WeeklyRule], page: Page, today: date) -> tuple[DayHours, ...]:
    """The hours of each day of the week that hold today, in the order of the language; empty without rules."""
    valid = valid_rules(rules, today)
    if not valid:
        return ()
    shut = page.say(Phrase("Closed"))
    found = []
    for weekday, _, name in page.formats.weekdays():
        # A rule counts Sunday as 0, `date.weekday` Monday.
        spans = sorted(
            ((rule.hours.start.minutes, rule.hours) for rule in valid if (rule.day - 1) % 7 == weekday),
            key=lambda each: each[0],
        )
        texts = [page.say(_HOURS, start=_clock(hours.start, page), end=_clock(hours.end, page)) for _, hours in spans]
        found.append(DayHours(day=name, hours=page.say.values.listed(texts) or shut, today=weekday == today.weekday()))
    return tuple(found)


def _clock(at: WallTime, page: Page) -> str:
    return page.say.values.digits(f"{at}")
