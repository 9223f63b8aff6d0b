"""What people type in three languages, with typing errors and other letters, finds whom they mean, on each storage.

`tests/unit/search/queries.csv` has what is typed, where, and who should be found, of which kind; `city.toml` has the
providers. A salon is named by its member,
a service by the number in the list of its provider.
A query counts as found if its first three hits are those that it expects, or include them if it expects fewer.
"""

import csv
import tomllib
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from booking_domain.search.model import (
    Near,
    PartKind,
    Place,
    Relaxation,
    SearchCriteria,
    SearchKind,
    SearchPart,
    Term,
    TermKind,
)
from booking_domain.search.words import keys_of_all
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, a_cast, a_salon, alone
from booking_domain.testing.search.contracts.entries import an_entry
from booking_domain.use_cases.search.queries import search_providers

FOLDER: Final = Path(__file__).parents[1] / "unit" / "search"
POINTS: Final = {"UB": (47.92, 106.92), "TEH": (35.7, 51.4), "LON": (51.51, -0.13)}
CITIES: Final = {"UB": "Улаанбаатар", "TEH": "تهران", "LON": "London"}
AROUND: Final = 30_000
GOAL: Final = 0.95


class Typed(NamedTuple):
    """A line of `queries.csv`."""

    language: str
    at: str
    typed: str
    expected: frozenset[str]
    why: str
    kind: SearchKind


def queries() -> list[Typed]:
    with (FOLDER / "queries.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Typed(
                **{  # type: ignore[arg-type]
                    **each,
                    "expected": frozenset(each["expected"].split()),
                    "kind": SearchKind(each["kind"] or "providers"),
                }
            )
            for each in csv.DictReader(lines)
        ]


async def a_city(backend: Backend) -> dict[UUID, str]:
    """Store the entries of the providers of `city.toml`; return their names there, of the first service `bold:1`."""
    city = tomllib.loads((FOLDER / "city.toml").read_text(encoding="utf-8"))
    make, found = Builder(), dict[UUID, str]()
    salons: dict[str, list[Cast]] = {}
    for key, each in city.items():
        cast = await a_cast(backend, make)
        terms: tuple[Term, ...] = ()
        if name := each.get("salon"):
            salons.setdefault(name, []).append(cast)
            terms = (Term(TermKind.SALON, name),)
        lat, lon = POINTS.get(each.get("at"), (None, None))
        texts = {
            Place.NAME: [each["name"]],
            Place.OFFER: [*each.get("styles", ()), *each.get("categories", ()), *each["services"]],
            Place.ADDRESS: [each.get("salon", ""), each.get("city") or CITIES[each["at"]], each["address"]],
            Place.OTHER: [each.get("bio", ""), *each.get("works", ())],
        }
        words = {place: keys for place, of_place in texts.items() if (keys := keys_of_all(of_place))}
        named: dict[UUID, str] = {cast.profile.id: key}
        parts = []
        for kind in PartKind:
            for number, text in enumerate(each.get(kind, ()), 1):
                own = {**texts, Place.NAME: [text], Place.OFFER: each.get("styles", ()), Place.OTHER: ()}
                by = {place: keys for place, of_place in own.items() if (keys := keys_of_all(of_place))}
                parts.append(SearchPart(kind=kind, id=make.entropy.new_id(), words=by))
                named[parts[-1].id] = f"{key}:{number}"
        found |= named
        entry = an_entry(cast.profile.id, words=words, terms=terms, parts=tuple(parts), lat=lat, lon=lon)
        await alone(backend).search_entries.put(entry, NOW)
    for name, members in salons.items():
        await a_salon(backend, make, *members, name=name)
    return found


async def test_what_people_type_finds_whom_they_mean(backend: Backend) -> None:
    city = await a_city(backend)
    asked, found, missed = Counter[str](), Counter[str](), list[str]()
    for each in queries():
        point = POINTS.get(each.at)
        criteria = SearchCriteria(
            at=NOW,
            kind=each.kind,
            text=each.typed,
            near=None if point is None else Near(lat=point[0], lon=point[1], radius_metres=AROUND),
            limit=3,
        )
        if each.kind in {SearchKind.PROVIDERS, SearchKind.SALONS}:
            page = await search_providers(criteria, backend.reads)
            hits = [city[hit.found.provider_id] for hit in page.hits if set(page.relaxed) <= {Relaxation.WORD}]
        else:
            hits = [city[hit.position.id] for hit in await backend.reads.search.search(criteria)]
        right = len(each.expected.intersection(hits)) == min(3, len(each.expected))
        for name in (each.language, each.kind, "all"):
            asked[name] += 1
            found[name] += right
        if not right:
            missed.append(f"{each.language} {each.at} {each.typed} ({each.why}): {sorted(each.expected)}, found {hits}")
    shares = {name: found[name] / asked[name] for name in asked}
    assert asked["all"] >= 200
    assert all(share >= GOAL for share in shares.values()), "\n".join([str(shares), *missed])
