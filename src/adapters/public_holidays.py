"""The public holidays of countries, as the package `holidays` knows them."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from booking_domain.scheduling.calendar_errors import NoHolidaysKnown
from booking_domain.scheduling.ports import Holiday, PublicHolidays

_ENGLISH = "en"


class PackagedHolidays(PublicHolidays):
    """`PublicHolidays` of the installed release of `holidays`. The first call of a process takes a second."""

    async def of_year(self, country: str, year: int, language: str) -> Sequence[Holiday]:
        return await asyncio.to_thread(_of_year, country, year, language)


@lru_cache(maxsize=512)
def _of_year(country: str, year: int, language: str) -> tuple[Holiday, ...]:
    from holidays import country_holidays  # noqa: PLC0415 - most processes never need it, and it takes a second

    try:
        languages = country_holidays(country).supported_languages
    except NotImplementedError:
        raise NoHolidaysKnown from None
    spoken = next((each for wanted in (language, _ENGLISH) for each in languages if each.startswith(wanted)), None)
    found = country_holidays(country, years=year, language=spoken)
    return tuple(Holiday(day, name) for day, name in sorted(found.items()))
