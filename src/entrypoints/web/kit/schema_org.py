"""What pages say to search engines in the terms of schema.org."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from markupsafe import Markup
from msgspec.json import encode

from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.shared.time import MINUTES_A_DAY
from entrypoints.web.kit.hours import valid_rules

_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_LAST_MINUTE: Final = "23:59"


def json_ld(data: Mapping[str, Any]) -> Markup:
    """Data without its empty members, as the text of a script element, which nothing in the data can end."""
    said = {name: value for name, value in data.items() if value}
    text = encode({"@context": "https://schema.org", **said}).decode()
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704 - JSON without <, > and &


def opening_hours(rules: Iterable[WeeklyRule], today: date) -> list[dict[str, str]]:
    """The hours of a week that hold today. Weeks that are skipped cannot be said."""
    return list(_specifications(valid_rules(rules, today)))


def _specifications(rules: Iterable[WeeklyRule]) -> Iterator[dict[str, str]]:
    for rule in rules:
        if rule.every_weeks == 1:
            closes = rule.hours.end
            yield {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{_DAYS[rule.day]}",
                "opens": f"{rule.hours.start}",
                "closes": _LAST_MINUTE if closes.minutes == MINUTES_A_DAY else f"{closes}",
            }
