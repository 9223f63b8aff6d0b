"""What pages say to search engines is true to the vocabulary of schema.org.

The table has what pages use. On 26 November 2026 the types of schema-dts 2.1.0 accepted all pages of the demo city.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api

from booking_domain.shared.languages import LANGUAGES

PLACE: Final = {
    "name": ["Text"],
    "url": ["URL"],
    "description": ["Text"],
    "image": ["URL"],
    "address": ["Text"],
    "telephone": ["Text"],
    "geo": ["GeoCoordinates"],
    "currenciesAccepted": ["Text"],
    "openingHoursSpecification": ["OpeningHoursSpecification"],
    "aggregateRating": ["AggregateRating"],
    "hasOfferCatalog": ["OfferCatalog"],
    "employee": ["Person"],
}
"""Properties of Thing, Place, Organization and LocalBusiness, and what their values are."""
VOCABULARY: Final[dict[str, dict[str, list[str]]]] = {
    **dict.fromkeys(("TattooParlor", "NailSalon", "HairSalon", "BeautySalon", "HealthAndBeautyBusiness"), PLACE),
    "GeoCoordinates": {"latitude": ["Number"], "longitude": ["Number"]},
    "OpeningHoursSpecification": {"dayOfWeek": ["DayOfWeek"], "opens": ["Time"], "closes": ["Time"]},
    "AggregateRating": {"ratingValue": ["Number"], "reviewCount": ["Integer"]},
    "OfferCatalog": {"name": ["Text"], "itemListElement": ["Offer"]},
    "Offer": {"price": ["Price"], "priceCurrency": ["Currency"], "itemOffered": ["Service"]},
    "Service": {"name": ["Text"]},
    "Person": {"name": ["Text"]},
    "Organization": {"name": ["Text"], "url": ["URL"]},
    "CreativeWork": {
        "name": ["Text"],
        "url": ["URL"],
        "description": ["Text"],
        "image": ["URL"],
        "keywords": ["Text"],
        "creator": ["Organization"],
    },
}
NEEDED: Final = {
    name: {"name", "url", "address"} if properties is PLACE else set(properties) - {"description", "keywords"}
    for name, properties in VOCABULARY.items()
}
"""What search engines want of a type: of small ones all that is said of them anywhere."""
TEXTS: Final = {
    "Text": r"(?s).*\S.*",
    "URL": r"https?://\S+",
    "DayOfWeek": r"https://schema\.org/(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day",
    "Time": r"(?:[01]\d|2[0-3]):[0-5]\d",
    "Price": r"\d+(?:\.\d+)?",
    "Currency": r"[A-Z]{3}",
}
NUMBERS: Final[dict[str, Any]] = {"Number": (int, float), "Integer": int}


def wrong(data: dict[str, Any]) -> Iterator[str]:
    """What the vocabulary does not have."""
    kind = data.get("@type", "")
    known = VOCABULARY.get(kind, {})
    said = data.keys() - {"@type", "@context"}
    yield from (f"{kind} has no {name}" for name in said - known.keys())
    yield from (f"{kind} lacks {name}" for name in NEEDED.get(kind, set()) - said)
    for name in said & known.keys():
        values = data[name] if isinstance(data[name], list) else [data[name]]
        if not values:
            yield f"{kind}.{name} is empty"
        for value in values:
            if isinstance(value, dict) and value.get("@type") in known[name]:
                yield from wrong(value)
            elif not any(_is(value, each) for each in known[name]):
                yield f"{kind}.{name} is {value!r}"


def _is(value: object, kind: str) -> bool:
    if isinstance(value, str):
        return kind in TEXTS and re.fullmatch(TEXTS[kind], value) is not None
    return kind in NUMBERS and isinstance(value, NUMBERS[kind])


async def said(api: Api, path: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', (await api.client.get(path)).text)
    return dict(json.loads(text))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_pages_say_is_true_to_the_vocabulary(city: Api, language: str) -> None:
    found = (await city.client.get(f"/{language}")).text
    providers = set(re.findall(rf'href="/{language}(/providers/[^"#?]+)"', found))
    salons, kinds, members, works = set[str](), set[str](), set[str](), set[str]()
    for path in providers:
        page = await city.client.get(f"/{language}{path}")
        salons |= set(re.findall(rf'href="/{language}(/salons/[^"#?]+)"', page.text))
        works |= set(re.findall(rf'href="(/{language}/providers/[^"]+/works/[^"]+)"', page.text))
        data = await said(city, f"/{language}{path}")
        kinds.add(data["@type"])
        assert (path, data["@context"], list(wrong(data))) == (path, "https://schema.org", [])
        assert data["url"].endswith(f"/{language}{unescape(path)}")
        members |= data.keys()
    for path in salons:
        assert list(wrong(await said(city, f"/{language}{path}"))) == []
    for path in sorted(works)[:3]:
        assert list(wrong(await said(city, path))) == []
    assert works
    assert {"TattooParlor", "NailSalon", "HairSalon"} <= kinds
    assert {"openingHoursSpecification", "hasOfferCatalog", "aggregateRating"} <= members
    assert salons


async def test_a_place_of_which_little_is_known_says_nothing_empty(api: Api) -> None:
    _, provider_id = await api.open_provider(displayName="Sarnai")
    slug = (await api.get(f"/providers/{provider_id}")).json()["slug"]
    data = await said(api, f"/en/providers/{slug}")
    assert [each for each in wrong(data) if "lacks" not in each] == []
    assert all(data.values())


async def test_a_day_that_ends_at_midnight_closes_in_its_last_minute(api: Api) -> None:
    owner, provider_id = await api.open_provider(displayName="Sarnai")
    rules = [{"day": 1, "startTime": "18:00", "endTime": "24:00"}]
    assert (await api.put("/availability/rules", owner, json={"rules": rules})).is_success
    slug = (await api.get(f"/providers/{provider_id}")).json()["slug"]
    [hours] = (await said(api, f"/en/providers/{slug}"))["openingHoursSpecification"]
    assert (hours["dayOfWeek"], hours["opens"], hours["closes"]) == ("https://schema.org/Monday", "18:00", "23:59")


def test_what_the_vocabulary_does_not_have_is_found() -> None:
    shop = {"@type": "HairSalon", "name": "Sarnai", "url": "https://booking.test", "address": "Peace Avenue 17"}
    assert list(wrong(shop)) == []
    changes: tuple[dict[str, Any], ...] = (
        {"phone": "1"},
        {"name": ""},
        {"geo": {"@type": "Geo"}},
        {"image": []},
        {"url": "/en"},
    )
    for change in changes:
        assert len(list(wrong(shop | change))) == 1, change
