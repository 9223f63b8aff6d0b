"""Searches are kept until something changes that they show, and for the time of the requirements at most."""

import asyncio
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.http.test_kept_answers import (
    CHANGES,
    PLAIN,
    Change,
    a_salon,
    blocked,
    booked,
    forget,
    left,
    new_name,
    new_rules,
    new_salon_service,
    new_service,
    new_settings,
    shown,
)
from tests.unit.entrypoints.http.test_portfolio import added
from tests.unit.entrypoints.http.test_search import a_provider, indexed

from adapters.kit.process_cache import ProcessCache
from booking_domain.shared.signals import ReceivedSignals
from entrypoints.http.kit import answers as kept_answers
from entrypoints.http.kit.answers import INEXACT_SECONDS, RANKED_SECONDS
from entrypoints.http.kit.public_versions import KnownVersions
from entrypoints.http.search import routes as handlers

SEARCH: Final = "/search?timeZone=Asia/Ulaanbaatar"
SEARCHES: Final = {
    SEARCH: "search_providers",
    f"/salons{SEARCH}": "search_salons",
    f"/services{SEARCH}": "search_services",
    f"/portfolio{SEARCH}&sort=best": "search_works",
}
"""Searches, and what makes them."""


def counted(name: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    made: list[int] = []
    search = vars(handlers)[name]

    async def counting(*args: Any) -> Any:
        made.append(1)
        return await search(*args)

    monkeypatch.setattr(handlers, name, counting)
    return made


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each search that was made, not taken from what is kept."""
    return counted("search_providers", monkeypatch)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each search of which those hits were to be made again that had changed."""
    return counted("search_again", monkeypatch)


def listed(answer: Any) -> list[str]:
    return sorted(each["displayName"] for each in answer.json()["items"])


async def test_a_search_is_made_once_for_everybody(api: Api, searches: list[int]) -> None:
    await a_provider(api, "Bold")
    await indexed(api)
    first, *rest = [await api.get(SEARCH, headers=PLAIN) for _ in range(3)]
    assert len(searches) == 1
    assert listed(first) == ["Bold"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["RateLimit"]
    assert {(each.content, each.headers["ETag"], "RateLimit" in each.headers) for each in rest} == {
        (first.content, first.headers["ETag"], False)
    }
    tag = {**PLAIN, "If-None-Match": first.headers["ETag"]}
    assert (await api.get(SEARCH, headers=tag)).status_code == 304
    forget(api)
    assert (await api.get(SEARCH, headers=tag)).status_code == 304


class Timer:
    """Of the versions and of what is kept."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer(api: Api, monkeypatch: pytest.MonkeyPatch) -> Timer:
    made = Timer()
    monkeypatch.setattr(api.container.known_versions(), "_timer", made)
    monkeypatch.setattr(api.container.process_cache(), "_timer", made)
    monkeypatch.setattr(api.container.answers(), "_chance", lambda: 0.0)  # everything is kept as long as it can be
    return made


@pytest.mark.parametrize("change", [each for each in CHANGES if each not in {new_service, new_salon_service, left}])
async def test_a_change_of_what_it_shows_is_seen_by_the_next_request(api: Api, change: Change) -> None:
    owner, provider_id = await api.open_provider()
    await api.open_provider()
    manager, _ = await a_salon(api, owner, provider_id)
    await indexed(api)
    before = [await api.get(SEARCH, headers=PLAIN) for _ in range(2)][1]
    assert "RateLimit" not in before.headers
    await change(api, owner, provider_id, manager)
    after = await api.get(SEARCH, headers=PLAIN)
    forget(api)
    assert shown(after) == shown(await api.get(SEARCH, headers=PLAIN))
    assert provider_id in before.text


@pytest.mark.parametrize("of_shown", [True, False])
async def test_who_asks_after_a_booking_waits_for_a_search_that_knows_of_it(
    api: Api, searches: list[int], parts: list[int], monkeypatch: pytest.MonkeyPatch, *, of_shown: bool
) -> None:
    owner, provider_id = await api.open_provider()
    await indexed(api)
    other, other_id = (owner, provider_id) if of_shown else await api.open_provider()
    go = asyncio.Event()
    search = vars(handlers)["search_providers"]

    async def slowly(*args: Any) -> Any:
        found = await search(*args)
        await go.wait()
        return found

    monkeypatch.setattr(handlers, "search_providers", slowly)
    first = asyncio.create_task(api.get(SEARCH))
    while not searches:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await booked(api, other, other_id, "")
    later = [asyncio.create_task(api.get(SEARCH)) for _ in range(3)]
    while len(api.container.answers()._lists_being_made) < 1:  # noqa: ASYNC110
        await asyncio.sleep(0)
    go.set()
    before, *after = [shown(each) for each in await asyncio.gather(first, *later)]
    assert (len(searches), len(parts)) == (1, of_shown)
    forget(api)
    assert after == [shown(await api.get(SEARCH))] * 3
    assert (before != after[0]) == of_shown


async def morning_blocked(api: Api, owner: str, _: str, __: str) -> None:
    body = {"start": "2026-11-23T00:00:00Z", "end": "2026-11-23T04:00:00Z"}
    assert (await api.post("/availability/blocks", owner, json=body)).status_code == 201


@pytest.mark.parametrize(
    ("path", "change"),
    [(SEARCH, booked), *product(SEARCHES, (morning_blocked, new_rules, new_settings))],
)
async def test_only_those_are_made_again_whose_times_have_changed(
    api: Api, parts: list[int], monkeypatch: pytest.MonkeyPatch, path: str, change: Change
) -> None:
    owner, provider_id = await api.open_provider()
    manager, _ = await a_salon(api, owner, provider_id)
    other, _ = await api.open_provider()
    for each in (owner, other):
        await added(api, each)
        if SEARCHES[path] == "search_services":
            await new_service(api, each, "", "")
    await indexed(api)
    wholes = counted(SEARCHES[path], monkeypatch)
    before = await api.get(path, headers=PLAIN)
    await change(api, owner, provider_id, manager)
    after = await api.get(path, headers=PLAIN)
    assert (len(parts), len(wholes)) == (1, 1)
    forget(api)
    assert shown(after) == shown(await api.get(path, headers=PLAIN))
    assert before.content != after.content
    assert len(wholes) == 2


async def test_one_change_after_the_other_is_seen(api: Api, searches: list[int], parts: list[int]) -> None:
    several = [await api.open_provider() for _ in range(3)]
    await indexed(api)
    for number, (owner, provider_id) in enumerate([*several, several[0]]):
        before = await api.get(SEARCH, headers=PLAIN)
        await (booked if number < len(several) else morning_blocked)(api, owner, provider_id, "")
        after = await api.get(SEARCH, headers=PLAIN)
        slots = [{each["providerId"]: each["slots"] for each in page.json()["items"]} for page in (before, after)]
        assert [each for each in slots[0] if slots[0][each] != slots[1][each]] == [provider_id]
    assert len(searches) == 1
    assert len(parts) >= len(several)
    again = await api.get(SEARCH, headers=PLAIN)
    forget(api)
    assert shown(again) == shown(await api.get(SEARCH, headers=PLAIN))


async def test_times_that_are_over_are_not_shown_again_with_a_change_of_another(api: Api, parts: list[int]) -> None:
    await api.open_provider()
    owner, provider_id = await api.open_provider()
    await indexed(api)
    first = (await api.get(SEARCH)).json()["items"][0]["slots"][0]["start"]
    await morning_blocked(api, owner, provider_id, "")
    api.clock.set(datetime.fromisoformat(first) + timedelta(microseconds=1))
    items = (await api.get(SEARCH)).json()["items"]
    assert [first in (slot["start"] for slot in each["slots"]) for each in items] == [False, False]
    assert parts


async def test_others_take_the_place_of_who_has_no_time_any_more(api: Api, searches: list[int]) -> None:
    owners = {provider_id: owner for owner, provider_id in [await api.open_provider() for _ in range(2)]}
    await indexed(api)
    asked = f"{SEARCH}&limit=1&from=2026-11-24&to=2026-11-25"
    [first] = (await api.get(asked)).json()["items"]
    await blocked(api, owners.pop(first["providerId"]), "", "")
    [second] = (await api.get(asked)).json()["items"]
    assert {second["providerId"]} == set(owners)
    assert len(searches) == 2


async def test_after_some_seconds_all_is_made_again(
    api: Api, searches: list[int], parts: list[int], timer: Timer
) -> None:
    owner, provider_id = await api.open_provider()
    await indexed(api)
    await api.get(SEARCH)
    for change, made in ((booked, 1), (morning_blocked, 2)):  # made again in part, it is as old as before
        timer.now += RANKED_SECONDS - 1
        await change(api, owner, provider_id, "")
        await api.get(SEARCH)
        assert len(searches) == made
    assert parts


async def test_searches_that_were_made_at_once_are_ranked_again_one_after_the_other(
    api: Api, searches: list[int], timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, provider_id = await api.open_provider()
    await indexed(api)
    asked = {f"{SEARCH}&limit={limit}": limit / 10 for limit in range(10)[1:]}
    for path, chance in asked.items():
        monkeypatch.setattr(api.container.answers(), "_chance", lambda chance=chance: chance)
        await api.get(path)
    searches.clear()
    timer.now = 0.75 * RANKED_SECONDS
    await booked(api, owner, provider_id, "")
    for path in asked:
        await api.get(path)
    assert len(searches) == 5  # of the nine


async def test_a_search_that_was_made_again_ends_with_what_it_was_made_from(api: Api, timer: Timer) -> None:
    owner, provider_id = await api.open_provider()
    await indexed(api)
    await api.get(SEARCH)
    timer.now = RANKED_SECONDS - 1
    await booked(api, owner, provider_id, "")
    made = [(await api.get(SEARCH)).headers.get("RateLimit") is not None for _ in range(3)]
    assert (made[0], made[-1]) == (True, False)
    timer.now = 300
    assert "RateLimit" in (await api.get(SEARCH)).headers


async def test_what_is_found_is_kept_of_few_searches(api: Api, timer: Timer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST_RANKED", 2)
    await api.open_provider()
    await indexed(api)
    ranked = api.container.answers()._ranked
    for limit in range(1, 5):
        await api.get(f"{SEARCH}&limit={limit}")
    assert [each.rpartition("=")[2] for each in ranked] == ["3", "4"]
    timer.now = RANKED_SECONDS
    await api.get(f"{SEARCH}&limit=5")
    assert [each.rpartition("=")[2] for each in ranked] == ["5"]


async def test_a_search_is_made_again_shortly_before_its_end(
    api: Api, searches: list[int], timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_provider(api, "Bold")
    await indexed(api)
    monkeypatch.setattr(kept_answers, "perf_counter", iter(range(1_000)).__next__)  # each takes a second
    answers, asked = api.container.answers(), f"{SEARCH}&text=unheard"
    await api.get(asked)
    timer.now += INEXACT_SECONDS - 1.5
    for chance, made in ((0.5, 1), (0.9, 2)):  # by then with the chance of exp(-1.5)
        monkeypatch.setattr(answers, "_chance", lambda chance=chance: chance)
        await api.get(asked)
        while answers._lists_being_made:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert len(searches) == made


async def test_nobody_is_no_answer_to_keep(api: Api) -> None:
    for found in ([], ["Bold"]):
        if found:
            await a_provider(api, *found)
        await indexed(api)
        assert listed(await api.get(SEARCH)) == found


async def test_those_who_match_only_in_part_are_an_answer_for_ten_seconds(
    api: Api, searches: list[int], timer: Timer
) -> None:
    await a_provider(api, "Bold")
    await indexed(api)
    asked = f"{SEARCH}&text=unheard"
    first = await api.get(asked)
    assert first.json()["relaxed"] == ["text"]
    for later, made in ((INEXACT_SECONDS - 0.1, 1), (0.2, 2)):
        timer.now += later
        await api.get(asked)
        assert len(searches) == made


async def test_time_alone_changes_it(api: Api) -> None:
    await a_provider(api, "Bold")
    await indexed(api)
    slots = (await api.get(SEARCH)).json()["items"][0]["slots"]
    api.clock.set(datetime.fromisoformat(slots[0]["start"]) + timedelta(microseconds=1))
    assert (await api.get(SEARCH)).json()["items"][0]["slots"][:2] == slots[1:]


async def test_many_who_search_at_once_wait_for_one(
    api: Api, searches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, _ = await a_provider(api, "Bold")
    await indexed(api)
    go = asyncio.Event()
    search = vars(handlers)["search_providers"]

    async def slowly(*args: Any) -> Any:
        found = await search(*args)
        await go.wait()
        return found

    monkeypatch.setattr(handlers, "search_providers", slowly)
    before = [asyncio.create_task(api.get(SEARCH)) for _ in range(3)]
    while not searches:  # noqa: ASYNC110
        await asyncio.sleep(0)
    # Who asks after a change is shown no search that began before it.
    assert (await api.put("/providers/me", owner, json={"displayName": "Another"})).status_code == 200
    after = asyncio.create_task(api.get(SEARCH))
    go.set()
    assert [listed(each) for each in await asyncio.gather(*before)] == [["Bold"]] * 3
    assert listed(await after) == listed(await api.get(SEARCH)) == ["Another"]
    assert len(searches) == 2


async def test_nothing_is_kept_while_changes_are_not_heard(api: Api, searches: list[int]) -> None:
    await a_provider(api, "Bold")
    await indexed(api)
    versions = api.container.known_versions()
    for end in (versions.interrupted, lambda: versions.receive(ReceivedSignals(missed=True))):
        await api.get(SEARCH)
        searches.clear()
        end()
        for _ in range(2):
            await api.get(SEARCH)
        assert len(searches) == (2 if end == versions.interrupted else 1)


async def test_what_is_no_longer_kept_is_no_longer_watched(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST_LISTS", 2)
    owner, provider_id = await a_provider(api, "Bold")
    await indexed(api)
    versions = api.container.known_versions()
    for limit in range(1, 6):
        await api.get(f"{SEARCH}&limit={limit}")
    assert len(versions._watched_by[UUID(provider_id)]) == 2
    await new_name(api, owner, provider_id, "")
    assert len(versions._watched_by[UUID(provider_id)]) == 2
    versions.receive(ReceivedSignals(missed=True))
    assert versions._watched_by == {}
    assert versions._watching == set()


SHOWN: Final[dict[str, tuple[float, str, Change]]] = {
    "profiles": (3_600, "/providers/{}", new_name),
    "services": (1_800, "/services?providerId={}", new_service),
    "search": (300, SEARCH, new_name),
    "availability": (900, "/providers/{}/slots?from=2026-11-23&to=2026-12-23", blocked),
}


@pytest.mark.parametrize("shows", SHOWN)
@pytest.mark.parametrize("given", [None, 100], ids=["default", "set"])
async def test_a_change_that_nobody_hears_of_is_seen_after_the_time_of_the_requirements(
    shows: str, given: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, path, change = SHOWN[shows]
    settings = {} if given is None else {f"BOOKING_CACHE_{shows.upper()}_SECONDS": str(given)}
    monkeypatch.setattr(KnownVersions, "forget", lambda *_: None)
    now = [0.0]
    cache = ProcessCache(most_bytes=1_000_000, timer=lambda: now[0])
    async with serving(**settings) as api:
        with api.container.process_cache.override(cache):
            forget(api)
            owner, provider_id = await api.open_provider()
            await indexed(api)
            path = path.format(provider_id)
            before = (await api.get(path, headers=PLAIN)).content
            await change(api, owner, provider_id, "")
            now[0] = (given or seconds) - 1
            assert (await api.get(path, headers=PLAIN)).content == before
            now[0] += 1
            assert (await api.get(path, headers=PLAIN)).content != before
