"""The contract of `SearchEntries` and `SearchReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from booking_domain.bookings.model import BookingEvent
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.search.free_time import QUARTERS, FreeTime
from booking_domain.search.model import (
    Box,
    Facets,
    Found,
    Near,
    Offer,
    PartKind,
    Place,
    Record,
    SearchCriteria,
    SearchEntry,
    SearchFinding,
    SearchFindingCounts,
    SearchFindingFilter,
    SearchFindingId,
    SearchFindingKind,
    SearchKind,
    SearchOrder,
    SearchPart,
    Suggestion,
    Term,
    TermKind,
    points_of,
)
from booking_domain.search.next_starts import NextStarts
from booking_domain.search.words import keys_of_all
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import EventId, ProviderId, SalonId, ServiceId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, present
from booking_domain.testing.portfolio.contracts import an_item
from booking_domain.testing.reviews.contracts import a_review

_HOUR: Final = timedelta(hours=1)


def an_entry(provider_id: ProviderId, name: str = "", offer: str = "", **values: Any) -> SearchEntry:
    """Return an entry with words of a name and of an offer."""
    parts: tuple[SearchPart, ...] = values.get("parts", ())
    theirs = sorted({key for part in parts for keys in part.words.values() for key in keys})
    texts = {Place.NAME: keys_of_all([name]), Place.OFFER: keys_of_all([offer]), Place.OTHER: tuple(theirs)}
    words = {place: keys for place, keys in texts.items() if keys}
    terms = [Term(TermKind.PROVIDER, name)] if name else []
    if offer:
        terms.append(Term(TermKind.SERVICE, offer))
    defaults: dict[str, Any] = {
        "currency": "MNT",
        "minutes": 60,
        "free": FreeTime(since=NOW.date()),
        "words": words,
        "terms": tuple(terms),
        "price_from": min((part.price for part in parts if part.price), default=None),
        "categories": tuple(sorted({each for part in parts if part.kind is PartKind.SERVICES for each in part.labels})),
    }
    return SearchEntry(provider_id=provider_id, **{**defaults, **values})


def a_service(number: int, name: str, category: str = "", **values: Any) -> SearchPart:
    """Return the part of a service."""
    texts = {Place.NAME: name, Place.OFFER: category}
    words = {place: keys for place, text in texts.items() if (keys := keys_of_all([text]))}
    labels = (folded(category),) if category else ()
    defaults: dict[str, Any] = {"price": 100, "currency": "MNT", "minutes": 60, "labels": labels, "words": words}
    return SearchPart(kind=PartKind.SERVICES, id=UUID(int=number), **{**defaults, **values})


def a_work(number: int, *tags: str) -> SearchPart:
    """Return the part of an item of a portfolio."""
    return SearchPart(kind=PartKind.WORKS, id=UUID(int=number), words={Place.NAME: keys_of_all(tags)}, labels=tags)


class SearchContract(StorageContract):
    """Entries in a database transaction, and what is found by them."""

    async def _stored(self, *entries: tuple[str, str, dict[str, Any]]) -> list[ProviderId]:
        """Store published providers with an entry each."""
        found = []
        for name, offer, values in entries:
            cast = await self.a_cast()
            await self.alone.search_entries.put(an_entry(cast.profile.id, name, offer, **values), NOW)
            found.append(cast.profile.id)
        return found

    async def _found(self, **asked: Any) -> list[ProviderId]:
        criteria = SearchCriteria(at=NOW, **asked)
        found, facets = await self.reads.search.search_and_count(criteria)
        assert facets.total == len(found)
        assert await self.reads.search.search(criteria) == found
        return [each.provider_id for each in found]

    async def _facets(self, criteria: SearchCriteria) -> Facets:
        return (await self.reads.search.search_and_count(criteria))[1]

    async def _is_current_if_made_now(self, provider_id: ProviderId) -> bool:
        versions = await self.reads.public_versions.of([provider_id])
        entry = an_entry(provider_id, "Bold", styles=("ink",), version=versions[provider_id].text)
        await self.alone.search_entries.put(entry, NOW)
        return await self.reads.search.is_current(provider_id, since=NOW.date())

    async def test_an_entry_is_replaced_and_removed(self, cast: Cast) -> None:
        entry = an_entry(
            cast.profile.id,
            "Bold Ink",
            "Шивээс",
            styles=("realism",),
            categories=("tattoo",),
            lat=47.9,
            lon=106.9,
            price_from=50_000,
            free=FreeTime.of([TimeRange(NOW, NOW + _HOUR)], since=NOW.date()),
            reliability=900,
            completeness=500,
            score=4_500_000,
            stars=4,
        )
        await self.alone.search_entries.put(an_entry(cast.profile.id, "Former"), NOW)
        await self.alone.search_entries.put(entry, NOW)
        assert await self.alone.search_entries.get(cast.profile.id) == entry
        await self.alone.search_entries.remove(cast.profile.id)
        await self.alone.search_entries.remove(cast.profile.id)
        assert await self.alone.search_entries.get(cast.profile.id) is None

    async def test_words_of_no_entry_are_forgotten(self, cast: Cast) -> None:
        await self.alone.search_entries.put(an_entry(cast.profile.id, "Former"), NOW)
        await self.alone.search_entries.put(an_entry(cast.profile.id, "Bold"), NOW)
        assert await self.alone.search_entries.remove_unused_words() == 1
        assert await self.alone.search_entries.remove_unused_words() == 0
        assert await self._found(text="Bolld") == [cast.profile.id]

    async def test_a_spelling_of_one_word_is_a_word_of_another_entry(self) -> None:
        """Each is found by its own spellings, whatever those of the others are."""
        both, one, other = await self._stored(
            ("Хөх", "Цагаан нөмрөг", {}), ("hoh", "nomrog", {}), ("huhaa", "tsaganno", {})
        )

        async def found(text: str) -> set[ProviderId]:
            return set(await self._found(text=text))

        assert await found("хөх") == {both, one, other}
        assert await found("nomrog") == {both, one}
        assert await found("tsaganno") == {both, other}
        assert await found("цагаан нөмрөг") == {both}
        await self.alone.search_entries.remove(both)
        assert await found("хөх") == {one, other}
        assert await found("tsaganno") == {other}
        await self.alone.search_entries.put(an_entry(one, "huh"), NOW)
        await self.alone.search_entries.remove_unused_words()
        assert await found("хөх") == {one, other}
        assert await found("nomrog") == set()

    async def test_each_of_many_words_and_things_that_are_asked_must_match(self) -> None:
        offer = "alpha bravo charlie delta echo"
        of_style = {"styles": ("realism",), "categories": ("tattoo",), "price_from": 5_000, "lat": 47.92, "lon": 106.92}
        one, _ = await self._stored(("Bold", offer, of_style), ("Saraa", offer, {}))
        asked = {"styles": ("realism",), "category": "tattoo", "price_to": 6_000, "currency": "MNT"}
        for near in (None, Near(lat=47.92, lon=106.92, radius_metres=5_000)):
            assert await self._found(text=offer, near=near, **asked) == [one]
            assert await self._found(text=offer, near=near, **asked | {"styles": ("portrait",)}) == []
            for word in offer.split():
                assert await self._found(text=offer.replace(word, "golf"), near=near, **asked) == []

    async def test_a_removed_entry_takes_the_words_that_only_it_had(self) -> None:
        bold, gone = await self._stored(("Bold", "Tattoo", {}), ("Boldxy", "Tattoo", {}))
        assert await self._found(text="boldx") == [gone]
        await self.alone.search_entries.remove(gone)
        assert await self._found(text="boldx") == [bold]
        assert await self._found(text="tatoo") == [bold]
        assert await self.alone.search_entries.remove_unused_words() == 0

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("bold", {0}),
            ("БОЛД", {0}),
            ("bo", {0, 2}),
            ("bold nails", set()),
            ("nails ulaanbaatar", set()),
            ("тату", {0}),
            ("خالکوبی", {0}),
            ("tatto", {0}),
            ("tattu", {0}),
            ("маникюр", {1}),
            ("ناخن", {1}),
            ("uschin", {2}),
            ("усчин", {2}),
            ("hairdresser", {2}),
            ("үсчин booрчи", {2}),
            ("", {0, 1, 2}),
        ],
    )
    async def test_a_text_finds_spellings_synonyms_and_misspelt_words(self, text: str, found: set[int]) -> None:
        ids = await self._stored(("Bold", "Tattoo", {}), ("Saraa", "Nails", {}), ("Боорчи", "Үсчин", {}))
        assert set(await self._found(text=text)) == {ids[number] for number in found}

    async def test_one_of_several_words_may_be_missing(self) -> None:
        bold, saraa = await self._stored(("Bold", "Tattoo", {}), ("Saraa", "Nails", {}))
        assert await self._found(text="bold nails", all_but_one=True) in ([bold, saraa], [saraa, bold])
        assert await self._found(text="bold tattoo evening", all_but_one=True) == [bold]
        assert await self._found(text="bold evening morning", all_but_one=True) == []
        assert await self._found(text="evening", all_but_one=True) == []

    async def test_the_place_of_the_words_ranks(self) -> None:
        by_offer, by_name = await self._stored(("Saraa", "Ink", {}), ("Ink", "Nails", {}))
        assert await self._found(text="ink") == [by_name, by_offer]
        both = await self.reads.search.search(SearchCriteria(at=NOW, text="ink"))
        assert [each.facts.place for each in both] == [Place.NAME, Place.OFFER]
        (spread,) = await self.reads.search.search(SearchCriteria(at=NOW, text="saraa ink"))
        assert spread.facts.place is Place.OFFER

    async def test_filters_of_entries(self) -> None:
        one, two, three = await self._stored(
            ("A", "", {"styles": ("realism", "portrait"), "price_from": 100, "lat": 47.9, "lon": 106.9}),
            ("B", "", {"categories": ("hair",), "price_from": 300, "lat": 47.95, "lon": 106.9}),
            ("C", "", {"styles": ("portrait",), "price_from": 50, "currency": "EUR", "lat": -16.5, "lon": 179.9}),
        )
        assert set(await self._found(styles=("REALISM", "portrait"))) == {one, three}
        assert await self._found(category="Hair") == [two]
        assert set(await self._found(among=(one, two))) == {one, two}
        assert await self._found(price_to=100, currency="MNT") == [one]
        assert await self._found(order=SearchOrder.CHEAPEST, currency="MNT") == [one, two]
        near = Near(lat=47.9, lon=106.9, radius_metres=10_000)
        assert await self._found(near=near, order=SearchOrder.NEAREST) == [one, two]
        assert await self._found(near=replace(near, radius_metres=1_000)) == [one]
        assert await self._found(near=Near(lat=-16.5, lon=-179.9, radius_metres=50_000)) == [three]
        assert await self._found(box=Box(south=47.94, west=106, north=48, east=107)) == [two]
        assert await self._found(box=Box(south=-17, west=179, north=-16, east=-179)) == [three]

    async def test_free_time_decides_and_orders(self) -> None:
        def free(*hours: int) -> dict[str, Any]:
            ranges = [TimeRange(NOW + hour * _HOUR, NOW + (hour + 1) * _HOUR) for hour in hours]
            return {"free": FreeTime.of(ranges, since=NOW.date())}

        late, early, never = await self._stored(("Late", "", free(5, 6)), ("Early", "", free(3)), ("Never", "", free()))
        assert await self._found(order=SearchOrder.SOONEST) == [early, late]
        window = (TimeRange(NOW + 2 * _HOUR, NOW + 7 * _HOUR),)
        assert set(await self._found(windows=window)) == {early, late}
        assert await self._found(windows=window, minutes=120) == [late]
        assert await self._found(windows=(TimeRange(NOW + 3 * _HOUR, NOW + 4 * _HOUR),), minutes=60) == [early]
        tomorrow = SearchCriteria(at=NOW + timedelta(days=1), order=SearchOrder.SOONEST)
        assert await self.reads.search.search(tomorrow) == []
        assert never not in await self._found(windows=window)

    async def test_opening_hours_decide_and_are_counted(self) -> None:
        def opened(*hours: int) -> dict[str, Any]:
            ranges = [TimeRange(NOW + hour * _HOUR, NOW + (hour + 1) * _HOUR) for hour in hours]
            return {"open_hours": FreeTime.of(ranges, since=NOW.date()).quarters}

        now, late, _ = await self._stored(("Now", "", opened(0)), ("Late", "", opened(5)), ("Never", "", opened()))
        assert await self._found(open_at=NOW) == [now]
        assert await self._found(open_at=NOW + 5 * _HOUR) == [late]
        assert await self._found(open_at=NOW + timedelta(days=29)) == []
        tomorrow = SearchCriteria(at=NOW + timedelta(days=1), open_at=NOW + timedelta(days=1, hours=5))
        assert await self.reads.search.search(tomorrow) == []
        assert (await self._facets(SearchCriteria(at=NOW))).open == 1
        assert (await self._facets(tomorrow)).open == 0

    async def test_points_order_and_pages_follow_one_another(self) -> None:
        ids = await self._stored(
            ("A", "", {"reliability": 1_000}),
            ("B", "", {"reliability": 500}),
            ("C", "", {"reliability": 500}),
            ("D", "", {"completeness": 1_000}),
        )
        criteria = SearchCriteria(at=NOW, limit=1)
        paged, points = [], []
        while page := await self.reads.search.search(criteria):
            (hit,) = page
            paged.append(hit.provider_id)
            points.append(points_of(hit.facts).total)
            assert hit.position.key == -points[-1]
            criteria = replace(criteria, after=hit.position)
        assert paged == await self._found()
        assert sorted(paged) == sorted(ids)
        assert paged[:2] == [ids[3], ids[0]]
        assert points == sorted(points, reverse=True)

    async def test_ratings_filter_and_order(self) -> None:
        casts = [await self.a_cast() for _ in range(3)]
        ids = [each.profile.id for each in casts]
        for each, stars in zip(casts, (2, 5), strict=False):
            review = a_review(self.make, await self.a_booking(each), stars)
            async with self.begin() as tx:
                await tx.reviews.add(review)
                await tx.reviews.recount(review.provider_id)
        for provider_id, stars in zip(ids, (5, 5, 0), strict=True):
            await self.alone.search_entries.put(an_entry(provider_id, stars=stars), NOW)
        assert await self._found(order=SearchOrder.RATING) == [ids[1], ids[2], ids[0]]
        assert await self._found(rating_from=2) == [ids[1], ids[0]]
        assert await self._found(rating_from=4) == [ids[1]]

    async def test_no_more_than_so_many_are_ranked_and_counted(self) -> None:
        first, second, third = await self._stored(
            ("A", "Ink", {"merit": 200, "completeness": 0, "price_from": 300, "lat": 47.93, "lon": 106.9}),
            ("B", "Ink", {"merit": 100, "completeness": 1_000, "price_from": 100, "lat": 47.91, "lon": 106.9}),
            ("C", "Ink", {"merit": 300, "completeness": 500, "price_from": 200, "lat": 47.92, "lon": 106.9}),
        )
        near = Near(lat=47.9, lon=106.9, radius_metres=10_000)
        assert await self._found(candidates=2) == [third, first]
        assert await self._found(candidates=2, text="ink") == [third, first]
        assert await self._found(candidates=1, near=near) == [second]
        assert await self._found(candidates=2, order=SearchOrder.CHEAPEST, currency="MNT") == [second, third]
        assert await self._found(candidates=3, order=SearchOrder.NEAREST, near=near) == [second, third, first]

    async def test_the_best_rated_are_ranked_whatever_their_merit(self) -> None:
        low, high = await self.a_cast(), await self.a_cast()
        for each, stars in ((low, 2), (high, 5)):
            review = a_review(self.make, await self.a_booking(each), stars)
            async with self.begin() as tx:
                await tx.reviews.add(review)
                await tx.reviews.recount(review.provider_id)
            entry = an_entry(each.profile.id, merit=300 - 50 * stars, score=stars * 1_000_000, stars=stars)
            await self.alone.search_entries.put(entry, NOW)
        assert await self._found(candidates=1, order=SearchOrder.RATING) == [high.profile.id]
        assert await self._found(candidates=1) == [low.profile.id]

    async def test_the_first_search_that_may_find_somebody_is_known(self) -> None:
        first = self.reads.search.first_to_match
        at, near = {"lat": 47.9, "lon": 106.9}, Near(lat=47.9, lon=106.9, radius_metres=1_000)
        bold, saraa = await self._stored(
            ("Bold", "Tattoo", {"styles": ("realism",), "parts": (a_service(1, "Tattoo", price=300),), **at}),
            ("Saraa", "Nails", {"parts": (a_work(2, "nails"),), "lat": 47.95, "lon": 106.9}),
        )
        nobody = SearchCriteria(at=NOW, text="xyzzy")
        dear = SearchCriteria(at=NOW, text="tattoo", currency="MNT", price_to=299)
        assert await first([]) is None
        assert await first([nobody, dear]) is None
        assert await first([nobody, replace(dear, price_to=300), SearchCriteria(at=NOW)]) == 1
        assert await first([dear, replace(dear, text="nails tattoo", price_to=None), replace(dear, price_to=None)]) == 2
        assert (
            await first([replace(dear, text=None, near=near), SearchCriteria(at=NOW, text="nails", near=near)]) is None
        )
        assert await first([SearchCriteria(at=NOW, near=near, among=(each,)) for each in (saraa, bold)]) == 1
        assert await first([SearchCriteria(at=NOW, near=near, windows=(TimeRange(NOW, NOW + _HOUR),))]) is None
        kinds = [SearchCriteria(at=NOW, kind=kind, text="nails") for kind in (SearchKind.SALONS, SearchKind.WORKS)]
        assert await first(kinds) == 1
        assert await first([SearchCriteria(at=NOW, kind=SearchKind.WORKS, text="tattoo")]) is None

    async def test_facets_count_what_is_found(self) -> None:
        await self._stored(
            ("A", "Ink", {"styles": ("realism", "portrait"), "categories": ("tattoo",)}),
            ("B", "Ink", {"styles": ("portrait",)}),
            ("C", "Nails", {"styles": ("gel",)}),
        )
        facets = await self._facets(SearchCriteria(at=NOW, text="ink"))
        assert (facets.total, facets.at_least) == (2, False)
        fewer = await self._facets(SearchCriteria(at=NOW, text="ink", candidates=2))
        assert (fewer.total, fewer.at_least) == (2, True)
        assert list(facets.styles.items()) == [("portrait", 2), ("realism", 1)]
        assert facets.categories == {"tattoo": 1}

    async def test_terms_are_suggested_by_their_words(self) -> None:
        await self._stored(("Bold Studio", "Nails", {}), ("Saraa", "Nails", {}), ("Боорчи", "Маникюр", {}))

        async def suggested(text: str, limit: int) -> list[Term]:
            return [each.term for each in await self.reads.search.suggest(text, limit)]

        nails = Suggestion(Term(TermKind.SERVICE, "Nails"), 2, at_least=False)
        assert await self.reads.search.suggest("na", 5) == [nails]
        assert await suggested("na", 5) == [Term(TermKind.SERVICE, "Nails")]
        await self._stored(("Nara", "Haircut", {}))
        assert await suggested("na", 5) == [Term(TermKind.SERVICE, "Nails"), Term(TermKind.PROVIDER, "Nara")]
        assert await suggested("na", 1) == [Term(TermKind.SERVICE, "Nails")]
        await self.alone.search_entries.remove_unused_words()
        assert await self.reads.search.suggest("nail", 5) == [nails]
        assert await suggested("studio b", 5) == [Term(TermKind.PROVIDER, "Bold Studio")]
        assert await suggested("borchi", 5) == [Term(TermKind.PROVIDER, "Боорчи")]
        assert await suggested("sarra", 5) == [Term(TermKind.PROVIDER, "Saraa")]
        assert await suggested("!", 5) == []
        await self._stored(("Zaya", "Zu", {}), ("Ze", "Zu", {}))
        expected = [Term(TermKind.SERVICE, "Zu"), Term(TermKind.PROVIDER, "Ze"), Term(TermKind.PROVIDER, "Zaya")]
        assert await suggested("z", 5) == expected

    async def _salon(self, name: str, *members: tuple[str, str, dict[str, Any]]) -> tuple[SalonId, list[ProviderId]]:
        """Store a salon whose members have an entry each."""
        casts = [await self.a_cast() for _ in members]
        salon = await self.a_salon(*casts, name=name)
        for cast, (of, offer, values) in zip(casts, members, strict=True):
            words = {Place.NAME: [of], Place.OFFER: [offer], Place.ADDRESS: [name, "Ulaanbaatar"]}
            entry = an_entry(
                cast.profile.id,
                words={place: keys_of_all(texts) for place, texts in words.items()},
                terms=(Term(TermKind.SALON, name),),
                **values,
            )
            await self.alone.search_entries.put(entry, NOW)
        return salon.id, [cast.profile.id for cast in casts]

    async def _salons(self, **asked: Any) -> list[Found]:
        criteria = SearchCriteria(at=NOW, kind=SearchKind.SALONS, **asked)
        found = list(await self.reads.search.search(criteria))
        assert (await self._facets(criteria)).total == len(found)
        return found

    async def test_salons_are_found_by_the_words_of_their_members_together(self) -> None:
        await self._stored(("Alone", "Tattoo", {}))
        ink, _ = await self._salon("Red House", ("Bold", "Tattoo", {}), ("Saraa", "Nails", {}))
        hair, _ = await self._salon("Tattoo", ("Боорчи", "Үсчин", {}))
        for text, found, places in (
            ("hous", [ink], [Place.NAME]),
            ("tattoo nails", [ink], [Place.OFFER]),
            ("тату", [hair, ink], [Place.NAME, Place.OFFER]),
            ("house ناخن", [ink], [Place.OFFER]),
            ("uschin ulaanbatar", [hair], [Place.ADDRESS]),
            ("bold saraa", [ink], [Place.OTHER]),
            ("nails uschin", [], []),
            ("zzzz", [], []),
        ):
            salons = await self._salons(text=text)
            assert [each.salon_id for each in salons] == found, text
            assert [each.facts.place for each in salons] == places, text
        assert {each.salon_id for each in await self._salons(text="nails uschin", all_but_one=True)} == {ink, hair}
        assert {each.salon_id for each in await self._salons()} == {ink, hair}

    async def test_a_member_of_a_salon_matches_all_but_the_text(self) -> None:
        def free(hour: int) -> FreeTime:
            return FreeTime.of([TimeRange(NOW + hour * _HOUR, NOW + (hour + 1) * _HOUR)], since=NOW.date())

        salon, (near, cheap) = await self._salon(
            "Ink",
            ("A", "", {"styles": ("realism",), "price_from": 300, "lat": 47.9, "lon": 106.9, "free": free(5)}),
            ("B", "", {"styles": ("realism", "gel"), "price_from": 100, "lat": 48.9, "lon": 106.9, "free": free(2)}),
        )
        assert await self._salons(styles=("gel",), near=Near(lat=47.9, lon=106.9, radius_metres=1_000)) == []
        (found,) = await self._salons(styles=("realism",))
        assert (found.price_from, found.currency, found.salon_id) == (100, "MNT", salon)
        (found,) = await self._salons(near=Near(lat=47.9, lon=106.9, radius_metres=1_000), order=SearchOrder.NEAREST)
        assert (found.provider_id, found.facts.metres, found.others) == (near, 0, ())
        (found,) = await self._salons(price_to=200, currency="MNT", order=SearchOrder.CHEAPEST)
        assert [each.provider_id for each in found.offers] == [cheap]
        (found,) = await self._salons(order=SearchOrder.SOONEST)
        assert [each.provider_id for each in found.offers] == [cheap, near]
        facets = await self._facets(SearchCriteria(at=NOW, kind=SearchKind.SALONS))
        assert list(facets.styles.items()) == [("gel", 1), ("realism", 1)]

    async def test_pages_of_salons_follow_one_another_and_lack_those_without_a_published_member(self) -> None:
        salons = [(await self._salon(f"Ink {number}", ("A", "Tattoo", {})))[0] for number in range(4)]
        hidden, (member,) = await self._salon("Ink 4", ("A", "Tattoo", {"styles": ("gel",)}))
        profile = present(await self.alone.profiles.get(member))
        suspended = replace(profile, status=ProfileStatus.SUSPENDED, version=profile.version + 1)
        await self.alone.profiles.save(suspended, was=profile)
        criteria = SearchCriteria(at=NOW, kind=SearchKind.SALONS, text="ink tattoo", limit=1)
        paged = []
        while page := await self.reads.search.search(criteria):
            (hit,) = page
            paged.append(present(hit.salon_id))
            criteria = replace(criteria, after=hit.position)
        assert sorted(paged) == sorted(salons)
        assert hidden not in paged
        assert (await self._facets(replace(criteria, after=None))).styles == {}

    async def _with_parts(self, *parts: SearchPart, **values: Any) -> ProviderId:
        """Store a published provider whose entry has these parts."""
        cast = await self.a_cast()
        await self.alone.search_entries.put(an_entry(cast.profile.id, "Bold", "Tattoo", parts=parts, **values), NOW)
        return cast.profile.id

    async def _parts(self, kind: SearchKind, **asked: Any) -> list[UUID | None]:
        criteria = SearchCriteria(at=NOW, kind=kind, **asked)
        found = await self.reads.search.search(criteria)
        assert (await self._facets(criteria)).total == len(found)
        assert all((each.service_id is None) == (kind is SearchKind.WORKS) for each in found)
        return [each.service_id or each.work_id for each in found]

    async def test_parts_of_an_entry_are_replaced(self, cast: Cast) -> None:
        one, two, work = a_service(1, "Nails"), a_service(2, "Tattoo"), a_work(3, "birds")
        for parts in ((one, work), (one, two, work), (replace(one, price=7), two), ()):
            entry = an_entry(cast.profile.id, parts=parts)
            await self.alone.search_entries.put(entry, NOW)
            assert await self.alone.search_entries.get(cast.profile.id) == entry

    async def test_services_are_found_by_their_words_category_and_price(self) -> None:
        nails = a_service(1, "Маникюр", "Гоо сайхан", price=300, minutes=45)
        gel = a_service(2, "Gel", "Маникюр", price=500)
        tattoo = a_service(3, "Tattoo", price=None)
        of = await self._with_parts(nails, gel, tattoo, styles=("realism",), price_from=300)
        assert await self._parts(SearchKind.SERVICES, text="ناخن") == [nails.id, gel.id]
        assert await self._parts(SearchKind.SERVICES, text="tatoo") == [tattoo.id]
        assert await self._parts(SearchKind.SERVICES, category="гоо сайхан") == [nails.id]
        assert await self._parts(SearchKind.SERVICES, price_to=300, currency="MNT") == [nails.id]
        cheapest = {"order": SearchOrder.CHEAPEST, "currency": "MNT"}
        assert await self._parts(SearchKind.SERVICES, **cheapest) == [nails.id, gel.id]
        assert set(await self._parts(SearchKind.SERVICES, styles=("realism",))) == {nails.id, gel.id, tattoo.id}
        assert await self._parts(SearchKind.WORKS) == []
        criteria = SearchCriteria(at=NOW, kind=SearchKind.SERVICES, text="маникюр")
        (first, _) = await self.reads.search.search(criteria)
        assert (first.provider_id, first.price_from, first.currency, first.minutes) == (of, 300, "MNT", 45)
        assert (first.quickest, first.facts.place) == (nails.id, Place.NAME)
        facets = await self._facets(criteria)
        assert (facets.categories, facets.styles) == ({folded("гоо сайхан"): 1, folded("маникюр"): 1}, {"realism": 2})

    async def test_works_are_found_by_their_tags_and_words(self) -> None:
        birds, cats = a_work(1, "birds", "fine line"), a_work(2, "cats")
        await self._with_parts(birds, cats, a_service(3, "Birds"), categories=("tattoo",))
        for asked, found in (
            ({"text": "bird"}, [birds.id]),
            ({"tag": "Fine Line"}, [birds.id]),
            ({"tag": "fine"}, []),
            ({"text": "cats", "category": "tattoo"}, [cats.id]),
            ({"category": "hair"}, []),
        ):
            assert await self._parts(SearchKind.WORKS, **asked) == found, asked
        facets = await self._facets(SearchCriteria(at=NOW, kind=SearchKind.WORKS))
        assert facets.tags == {"birds": 1, "cats": 1, "fine line": 1}
        assert facets.categories == {"tattoo": 2}

    async def test_no_more_than_so_many_services_are_ranked(self) -> None:
        for number, (name, merit, price) in enumerate((("Ink", 100, 1), ("Nails", 300, 2), ("Ink", 200, 3)), 1):
            await self._with_parts(a_service(number, name, price=price), merit=merit)
        assert await self._parts(SearchKind.SERVICES, candidates=1) == [UUID(int=2)]
        assert await self._parts(SearchKind.SERVICES, candidates=1, text="ink") == [UUID(int=3)]
        cheapest = {"order": SearchOrder.CHEAPEST, "currency": "MNT"}
        assert await self._parts(SearchKind.SERVICES, candidates=1, text="ink", **cheapest) == [UUID(int=1)]

    async def test_pages_of_services_follow_one_another_and_lack_those_of_hidden_providers(self) -> None:
        shared = a_service(1, "Nails")
        ids = [await self._with_parts(shared) for _ in range(3)]
        profile = present(await self.alone.profiles.get(ids[0]))
        suspended = replace(profile, status=ProfileStatus.SUSPENDED, version=profile.version + 1)
        await self.alone.profiles.save(suspended, was=profile)
        criteria = SearchCriteria(at=NOW, kind=SearchKind.SERVICES, limit=1)
        paged = []
        while page := await self.reads.search.search(criteria):
            (hit,) = page
            paged.append(hit.provider_id)
            criteria = replace(criteria, after=hit.position)
        assert sorted(paged) == sorted(ids[1:])
        assert (await self._facets(replace(criteria, after=None))).total == 2

    async def test_providers_that_are_not_published_are_not_found(self, cast: Cast) -> None:
        always: dict[str, Any] = {"open_hours": (1 << QUARTERS) - 1, "parts": (a_service(1, "Bold"), a_work(2, "bold"))}
        always["terms"] = (Term(TermKind.PROVIDER, "Bold"), Term(TermKind.SALON, "Bold"))
        await self.alone.search_entries.put(an_entry(cast.profile.id, "Bold", styles=("ink",), **always), NOW)
        await self.a_salon(cast, name="Bold")
        asked = [SearchCriteria(at=NOW, kind=kind, text="bold", open_at=NOW) for kind in SearchKind]
        assert [len(await self.reads.search.search(each)) for each in asked] == [1] * len(asked)
        facets = [await self._facets(each) for each in asked]
        assert [(each.total, each.open) for each in facets] == [(1, 1)] * len(asked)
        hidden = replace(cast.profile, status=ProfileStatus.SUSPENDED, version=cast.profile.version + 1)
        await self.alone.profiles.save(hidden, was=cast.profile)
        assert [await self.reads.search.search(each) for each in asked] == [[]] * len(asked)
        facets = [await self._facets(each) for each in asked]
        assert [(each.total, each.open, each.styles) for each in facets] == [(0, 0, {})] * len(asked)
        assert await self.reads.search.suggest("bold", 5) == []

    async def test_an_entry_of_a_provider_who_is_not_published_is_never_current_or_due(self, cast: Cast) -> None:
        await self.alone.search_entries.put(an_entry(cast.profile.id, "Bold", styles=("ink",)), NOW)
        assert await self._is_current_if_made_now(cast.profile.id)
        profile = replace(cast.profile, status=ProfileStatus.SUSPENDED, version=cast.profile.version + 1)
        assert await self._found() == [cast.profile.id]
        await self.alone.profiles.save(profile, was=cast.profile)
        assert await self._found() == []
        assert (await self._facets(SearchCriteria(at=NOW))).styles == {}
        assert await self.reads.search.suggest("bold", 5) == []
        assert not await self._is_current_if_made_now(cast.profile.id)
        assert await self.reads.search.due(NOW.date() + timedelta(days=1), 5) == []

    async def test_entries_are_due_by_version_and_then_by_day(self) -> None:
        casts = await self.casts(3)
        ids = [each.profile.id for each in casts]
        versions = await self.reads.public_versions.of(ids)
        for number, each in jumbled(*enumerate(ids[:2])):
            entry = an_entry(each, version=versions[each].text)
            await self.alone.search_entries.put(entry, NOW + number * _HOUR)
        today, tomorrow = NOW.date(), NOW.date() + timedelta(days=1)
        assert await self.reads.search.due(tomorrow, 5) == [ids[2], ids[0], ids[1]]
        assert await self.reads.search.due(tomorrow, 1) == [ids[2]]
        assert await self.reads.search.due(today, 5) == [ids[2]]
        current = self.reads.search.is_current
        assert [await current(each, since=NOW.date()) for each in ids] == [True, True, False]
        assert not await current(ids[1], since=tomorrow)
        await self.alone.portfolio_items.add(an_item(self.make, ids[1]))
        assert not await current(ids[1], since=NOW.date())
        assert await self.reads.search.due(today, 5) == [ids[2], ids[1]]
        assert await self.reads.search.due(tomorrow, 5) == [ids[2], ids[1], ids[0]]

    async def test_an_entry_of_a_former_release_is_found_and_due(self, cast: Cast) -> None:
        versions = await self.reads.public_versions.of([cast.profile.id])
        former = an_entry(cast.profile.id, version=versions[cast.profile.id].text, score=0, stars=5)
        await self.alone.search_entries.put(former, NOW)
        assert await self._found(order=SearchOrder.RATING) == [cast.profile.id]
        assert await self._found(rating_from=4) == []
        assert not await self.reads.search.is_current(cast.profile.id, since=NOW.date())
        assert await self.reads.search.due(NOW.date(), 5) == [cast.profile.id]

    async def test_next_starts_are_those_of_the_present_version(self, cast: Cast, other: Cast) -> None:
        starts = NextStarts(
            made_at=NOW, until=NOW + _HOUR, notice_minutes=45, known_minutes=11_520, starts=(0, 90, 11_519)
        )
        offer, service = Offer(cast.profile.id, 60, None), Offer(cast.profile.id, 60, ServiceId(UUID(int=7)))
        offers = [offer, service, Offer(cast.profile.id, 30, None), Offer(other.profile.id, 60, None)]
        await self.alone.search_entries.put(an_entry(other.profile.id, starts=starts, version="former"), NOW)
        versions = await self.reads.public_versions.of([cast.profile.id])
        entry = an_entry(cast.profile.id, starts=starts, version=versions[cast.profile.id].text)
        for asked in (service, offer):
            entry = replace(entry, quickest=asked.quickest)
            await self.alone.search_entries.put(entry, NOW)
            assert await self.reads.search.get(cast.profile.id) == entry
            assert await self.reads.search.next_starts(offers) == {asked: starts}
        await self.alone.search_entries.put(replace(entry, starts=None), NOW)
        assert await self.reads.search.next_starts(offers) == {}
        await self.alone.search_entries.put(entry, NOW)
        await self.alone.portfolio_items.add(an_item(self.make, cast.profile.id))
        assert await self.reads.search.next_starts(offers) == await self.reads.search.next_starts([]) == {}

    async def test_those_to_check_are_listed_and_drawn(self) -> None:
        published = [(await self.a_cast()).profile.id for _ in range(3)]
        former = await self.a_cast(ProfileStatus.SUSPENDED)
        await self.a_cast(ProfileStatus.SUSPENDED)
        entry = an_entry(former.profile.id, "Former")
        await self.alone.search_entries.put(entry, NOW)
        everybody = sorted([*published, former.profile.id])
        assert await self.reads.search.ids(None, 3) == everybody[:3]
        assert await self.reads.search.ids(everybody[2], 3) == everybody[3:]
        assert sorted(await self.reads.search.sample(5)) == sorted(published)
        assert len(await self.reads.search.sample(2)) == 2
        assert await self.reads.search.get(former.profile.id) == entry
        assert await self.reads.search.get(published[0]) is None

    async def test_findings_are_listed_counted_and_removed(self, cast: Cast, other: Cast) -> None:
        found = [
            SearchFinding(
                id=SearchFindingId(self.make.entropy.new_id()),
                provider_id=each.profile.id,
                kind=kind,
                quarters=number,
                first_at=NOW + number * _HOUR,
                repaired=number > 0,
                created_at=NOW + number * _HOUR,
            )
            for number, (each, kind) in enumerate(zip((cast, other, cast), [*SearchFindingKind] * 2, strict=False))
        ]
        async with self.begin() as tx:
            for each in jumbled(*found):
                await tx.search_entries.add_finding(each)
        found.sort(key=lambda each: each.id, reverse=True)
        reads = self.reads.search
        assert list(await reads.findings(SearchFindingFilter())) == found
        assert list(await reads.findings(SearchFindingFilter(after=found[0].id, limit=1))) == found[1:2]
        theirs = SearchFindingFilter(provider_id=other.profile.id)
        assert [each.quarters for each in await reads.findings(theirs)] == [1]
        assert await reads.finding_counts(NOW) == SearchFindingCounts(repaired=2, not_repaired=1)
        assert await reads.finding_counts(NOW + _HOUR) == SearchFindingCounts(repaired=2)
        assert await self.alone.search_entries.remove_findings(NOW + 2 * _HOUR) == 2
        await self.alone.personal_data.clear(cast.owner.id)
        assert list(await reads.findings(SearchFindingFilter())) == []

    async def test_the_record_counts_the_events_of_bookings(self, cast: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        history = (
            (None, Status.REQUESTED, Role.CUSTOMER),
            (Status.REQUESTED, Status.CONFIRMED, Role.PROVIDER),
            (Status.CONFIRMED, Status.CANCELLED, Role.PROVIDER),
            (Status.CONFIRMED, Status.CANCELLED, Role.CUSTOMER),
            (Status.REQUESTED, Status.EXPIRED, Role.SYSTEM),
        )
        events = [
            BookingEvent(
                id=EventId(self.make.entropy.new_id()),
                booking_id=booking.id,
                type="tested",
                from_status=was,
                to_status=to,
                by=Actor(id=cast.customer.id, role=role),
                at=NOW,
            )
            for was, to, role in history
        ]
        await self.alone.bookings.add(booking, events)
        since = min(NOW, booking.span.start)
        expected = Record(confirmed=1, cancelled=1, requested=1, unanswered=1)
        assert await self.reads.search.record(cast.profile.id, since) == expected
        assert await self.reads.search.record(cast.profile.id, NOW + timedelta(days=900)) == Record()

    async def test_an_entry_is_removed_with_the_account(self, cast: Cast, other: Cast) -> None:
        for each in (cast, other):
            await self.alone.search_entries.put(an_entry(each.profile.id, "Bold"), NOW)
        await self.alone.personal_data.clear(cast.owner.id)
        assert await self._found() == [other.profile.id]
        assert await self.alone.search_entries.get(cast.profile.id) is None
