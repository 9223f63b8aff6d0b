"""The choice of a time zone: by country and city, with the present offset from UTC."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from booking_domain.shared.time import time_zone
from entrypoints.languages.documents import Phrase, Wording
from entrypoints.web.components.field import Field
from entrypoints.web.kit.pages import Page

ZONE: Final = "time_zone"
_NOWHERE: Final = frozenset({"001", "ZZ"})
"""CLDR's codes of what is no country."""
_OLD_NAMES: Final = get_global("zone_aliases")


def zone_field(page: Page, *, value: str, hint: str, now: datetime) -> Field:
    """A list of the zones of all countries; what is none of them, such as UTC, is listed first, by its name."""
    value = _OLD_NAMES.get(value, value)
    choices = _choices(page.language, now.replace(minute=0, second=0, microsecond=0))
    if value not in {zone for zone, _ in choices}:
        choices = ((value, value), *choices)
    return Field(name=ZONE, label=page.say(Phrase("Time zone")), value=value, required=True, hint=hint, choices=choices)


@lru_cache(maxsize=8)
def _choices(language: str, now: datetime) -> tuple[tuple[str, str], ...]:
    countries, say, known = Locale(language).territories, Wording(language), available_timezones()
    found = [
        (zone, say(Phrase("{country}, {city} ({offset})"), country=countries[country], city=city, offset=offset))
        for zone, country in get_global("zone_territories").items()
        if country not in _NOWHERE and zone in known
        for city, offset in [(say.values.zone(zone), say.values.digits(_offset(zone, now)))]
    ]
    return tuple(sorted(found, key=lambda each: each[1].casefold()))


def _offset(zone: str, now: datetime) -> str:
    """The present offset from UTC as people write it: `UTC+5:45`, `UTC−5`, `UTC`."""
    minutes = (now.astimezone(time_zone(zone)).utcoffset() or timedelta(0)) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return "UTC" + (f"{sign}{hours}" if minutes else "") + (f":{rest:02}" if rest else "")
