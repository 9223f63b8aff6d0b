"""Public answers are kept as bytes under the version of what they show: never outdated, never private."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from tests.unit.entrypoints.api import Api, assert_problem, serving
from zstandard import ZstdDecompressor

from booking_domain.identity.blocked_networks import BlockedNetwork, BlockedNetworkId
from booking_domain.shared.cache import KeptAnswer
from booking_domain.testing.builders import Builder
from booking_domain.testing.memory.platform import MONDAY_MORNING
from entrypoints.http.kit import answers as kept_answers
from entrypoints.http.kit.answers import Answer
from entrypoints.http.providers import slots as handlers

MONTH: Final = "from=2026-11-23&to=2026-12-23"
PUBLIC: Final = "public, no-cache"
OWN: Final = "private, no-cache"
PLAIN: Final = {"Accept-Encoding": "identity"}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each answer took that was made, not taken from the cache."""
    found: list[float] = []
    make = kept_answers.Answers._made

    async def counting(self: Any, work: Callable[[], Awaitable[Answer]]) -> KeptAnswer:
        answer = await make(self, work)
        found.append(answer.took)
        return answer

    monkeypatch.setattr(kept_answers.Answers, "_made", counting)
    return found


def others(provider_id: str, salon_id: str) -> list[str]:
    return [
        f"/providers/{provider_id}",
        f"/providers/{provider_id}/portfolio",
        f"/services?providerId={provider_id}",
        f"/services?salonId={salon_id}",
        *(f"/salons/{salon_id}{part}" for part in ("", "/hours", "/page", f"/slots?{MONTH}")),
    ]


def forget(api: Api) -> None:
    """Let the process have nothing."""
    kept = (api.container.process_cache, api.container.answer_cache)
    for each in (*kept, api.container.answers, api.container.known_answers):
        each.reset()


def paths(provider_id: str) -> list[str]:
    return [
        f"/providers/{provider_id}/slots?{MONTH}",
        f"/providers/{provider_id}/days?{MONTH}",
        f"/providers/{provider_id}/page",
    ]


async def test_an_answer_is_made_once_and_has_a_strong_tag(api: Api, made: list[float]) -> None:
    owner, provider_id = await api.open_provider()
    _, salon_id = await a_salon(api, owner, provider_id)
    for path in [*paths(provider_id), *others(provider_id, salon_id)]:
        made.clear()
        first, second = await api.get(path, headers=PLAIN), await api.get(path, headers=PLAIN)
        assert first.status_code == second.status_code == 200, first.text
        assert first.content == second.content
        assert len(made) == 1, path
        tag = first.headers["ETag"]
        assert tag == second.headers["ETag"]
        assert not tag.startswith("W/")
        for answer in (first, second):
            assert answer.headers["Cache-Control"] == PUBLIC
            assert answer.headers["Vary"].startswith("Accept-Encoding")
        same = await api.get(path, headers={**PLAIN, "If-None-Match": f'"other", {tag}'})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
        assert same.headers["Cache-Control"] == PUBLIC
        assert (await api.get(path, headers={**PLAIN, "If-None-Match": '"other"'})).status_code == 200


async def test_the_first_request_of_a_process_compares_the_tag_too(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    tag = (await api.get(path, headers=PLAIN)).headers["ETag"]
    forget(api)
    assert (await api.get(path, headers={**PLAIN, "If-None-Match": tag})).status_code == 304


@pytest.mark.parametrize(("coding", "decode"), [("zstd", ZstdDecompressor().decompress), ("gzip", None)])
async def test_each_coding_has_a_tag_of_its_own(api: Api, coding: str, decode: Callable[[bytes], bytes] | None) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    plain = await api.get(path, headers=PLAIN)
    tag = plain.headers["ETag"].removesuffix('"') + f'-{coding}"'
    for _ in range(2):
        async with api.client.stream("GET", f"/api/v1{path}", headers={"Accept-Encoding": coding}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert (answer.headers["Content-Encoding"], answer.headers["ETag"]) == (coding, tag)
        if decode is not None:
            assert decode(raw) == plain.content
    headers = {"Accept-Encoding": coding, "If-None-Match": tag}
    assert (await api.get(path, headers=headers)).status_code == 304
    assert (await api.get(path, headers={**headers, **PLAIN})).status_code == 200


async def test_what_is_kept_takes_no_turn_no_allowance_and_no_handler(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    first = await api.get(path)
    left = [(await api.get(path)).headers.get("RateLimit") for _ in range(3)]
    assert first.headers["RateLimit"]
    assert left == [None] * 3
    monkeypatch.setattr(handlers, "_schedule", None)
    again = await api.get(path)
    assert again.content == first.content
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    usual = [name for name, _ in first.headers.multi_items() if not name.startswith("ratelimit")]
    assert sorted(name for name, _ in again.headers.multi_items()) == sorted(usual)
    head = await api.call("HEAD", path)
    assert (head.content, head.headers["ETag"]) == (b"", first.headers["ETag"])
    assert "RateLimit" not in head.headers


@pytest.mark.settings(BOOKING_RATE_LIMIT_QUOTAS="read=2/60")
async def test_many_people_behind_one_address_are_not_refused_what_is_kept(api: Api) -> None:
    _, provider_id = await api.open_provider()
    slots, days, page = paths(provider_id)
    first = [(await api.get(path)).status_code for path in (slots, days, page)]
    assert first == [200, 200, 429]
    again = [(await api.get(path)).status_code for _ in range(10) for path in (slots, days)]
    assert again == [200] * 20
    assert (await api.get(page)).status_code == 429


@pytest.mark.settings(BOOKING_CORS_ORIGINS="https://studio.example")
async def test_what_is_kept_is_shown_to_pages_of_allowed_origins(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    origins = ("https://studio.example", "https://other.example", "https://studio.example")
    answers = [await api.get(path, headers={"Origin": origin}) for origin in origins]
    allowed = [answer.headers.get("Access-Control-Allow-Origin") for answer in answers]
    assert allowed == [origins[0], None, origins[0]]
    assert all("Origin" in answer.headers["Vary"] for answer in answers)


async def test_what_is_kept_needs_a_valid_host(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    for _ in range(2):
        assert (await api.get(path)).status_code == 200
    assert_problem(await api.get(path, headers={"Host": "a b"}), 400, "validation.invalid_input")


async def booked(api: Api, _: str, provider_id: str, __: str) -> None:
    await api.booked(await api.joined("customer"), provider_id)


async def held(api: Api, _: str, provider_id: str, __: str) -> None:
    body = {"providerId": provider_id, "slot": "2026-11-24T10:00:00+08:00"}
    assert (await api.post("/holds", await api.joined("customer"), json=body)).status_code == 201


async def blocked(api: Api, owner: str, _: str, __: str) -> None:
    body = {"start": "2026-11-24T00:00:00Z", "end": "2026-11-25T00:00:00Z"}
    assert (await api.post("/availability/blocks", owner, json=body)).status_code == 201


async def new_rules(api: Api, owner: str, _: str, __: str) -> None:
    rules = [{"day": 2, "startTime": "12:00", "endTime": "15:00"}]
    assert (await api.put("/availability/rules", owner, json={"rules": rules})).status_code == 200


async def new_settings(api: Api, owner: str, _: str, __: str) -> None:
    assert (await api.put("/availability/settings", owner, json={"slotStepMinutes": 45})).status_code == 200


async def withdrawn(api: Api, owner: str, _: str, __: str) -> None:
    assert (await api.post("/providers/me/withdraw", owner)).status_code == 200


async def salon_closed(api: Api, _: str, __: str, manager: str) -> None:
    salon = (await api.get("/salons", manager)).json()["items"][0]["id"]
    answer = await api.put(f"/salons/{salon}/hours", manager, json={"rules": [], "exceptions": []})
    assert answer.status_code == 200, answer.text


def shown(answer: httpx.Response) -> tuple[int, bytes]:
    """The status, and the body unless it is a problem, which has the id of the request."""
    return answer.status_code, answer.content if answer.is_success else b""


async def new_name(api: Api, owner: str, _: str, __: str) -> None:
    assert (await api.put("/providers/me", owner, json={"displayName": "Another"})).status_code == 200


async def new_service(api: Api, owner: str, _: str, __: str) -> None:
    body = {"name": "Cut", "durationMinutes": 30, "priceAmount": 100, "depositAmount": 0}
    assert (await api.post("/services", owner, json=body)).status_code == 201


async def new_salon_service(api: Api, _: str, __: str, manager: str) -> None:
    salon = (await api.get("/salons", manager)).json()["items"][0]["id"]
    body = {"salonId": salon, "name": "Cut", "durationMinutes": 30, "priceAmount": 100, "depositAmount": 0}
    assert (await api.post("/services", manager, json=body)).status_code == 201


async def left(api: Api, owner: str, provider_id: str, manager: str) -> None:
    salon = (await api.get("/salons", manager)).json()["items"][0]["id"]
    assert (await api.delete(f"/salons/{salon}/members/{provider_id}", manager)).status_code == 204


Change = Callable[[Api, str, str, str], Awaitable[None]]


CHANGES: Final[tuple[Change, ...]] = (
    booked,
    held,
    blocked,
    new_rules,
    new_settings,
    new_name,
    new_service,
    new_salon_service,
    withdrawn,
    salon_closed,
    left,
)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_is_seen_by_the_next_request(change: Change) -> None:
    """The same questions to one API that keeps answers, and to one that keeps none."""
    async with serving() as api:
        owner, provider_id = await api.open_provider()
        manager, salon_id = await a_salon(api, owner, provider_id)
        asked = [*paths(provider_id), *others(provider_id, salon_id)]
        before = [(await api.get(path, headers=PLAIN)) for path in asked for _ in range(2)][::2]
        assert [each.status_code for each in before] == [200] * len(asked)
        await change(api, owner, provider_id, manager)
        after = [(await api.get(path, headers=PLAIN)) for path in asked]
        forget(api)
        computed = [(await api.get(path, headers=PLAIN)) for path in asked]
        assert [shown(each) for each in after] == [shown(each) for each in computed]
        assert {each.content for each in after} != {each.content for each in before}


async def a_salon(api: Api, owner: str, provider_id: str) -> tuple[str, str]:
    """A salon that is always open, with the provider as its member."""
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "UTC"})).json()["id"]
    rules = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    await api.put(f"/salons/{salon}/hours", manager, json={"rules": rules, "exceptions": []})
    await api.post(f"/salons/{salon}/members", manager, json={"providerId": provider_id})
    assert (await api.post(f"/salons/{salon}/members/me/accept", owner)).status_code == 200
    return manager, salon


async def test_time_alone_changes_an_answer(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    listed = (await api.get(path)).json()["slots"]
    first = datetime.fromisoformat(listed[0]["start"])
    for at, expected in ((first, listed), (first + timedelta(microseconds=1), listed[1:]), (first, listed)):
        api.clock.set(at)
        assert (await api.get(path)).json()["slots"] == expected


async def test_a_hold_ends_by_itself(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    free = (await api.get(path)).json()["slots"]
    body = {"providerId": provider_id, "slot": "2026-11-24T10:00:00+08:00"}
    hold = (await api.post("/holds", await api.joined("customer"), json=body)).json()
    assert len((await api.get(path)).json()["slots"]) < len(free)
    api.clock.set(datetime.fromisoformat(hold["expiresAt"]))
    later = (await api.get(path)).json()["slots"]
    assert [each for each in free if each["start"] >= later[0]["start"]] == later


async def test_an_answer_to_a_person_is_private(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    page = paths(provider_id)[2]
    await api.put(f"/favourites/{provider_id}", customer)
    for path in paths(provider_id):
        for order in ((None, customer, owner, None), (customer, None)):
            for token in order:
                answer = await api.get(path, token)
                assert answer.headers["Cache-Control"] == (PUBLIC if token is None else OWN)
    shown = [(await api.get(page, token)).json() for token in (None, customer, owner)]
    assert [each.get("favourite") for each in shown] == [None, True, False]
    assert [each.pop("beforeBooking", None) is None for each in shown] == [True, False, False]
    assert [{**each, "favourite": None} for each in shown] == [{**shown[0], "favourite": None}] * 3
    tag = (await api.get(page, customer)).headers["ETag"]
    assert (await api.get(page, customer, headers={"If-None-Match": tag})).status_code == 304
    await api.delete(f"/favourites/{provider_id}", customer)
    assert (await api.get(page, customer, headers={"If-None-Match": tag})).status_code == 200


async def test_what_only_some_may_ask_for_is_not_kept_for_others(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    path = f"{paths(provider_id)[0]}&durationMinutes=75"
    for token, status in ((owner, 200), (None, 422), (owner, 200), (None, 422)):
        assert (await api.get(path, token)).status_code == status


async def test_errors_are_not_kept(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    for path in (paths(str(uuid4()))[0], f"{paths(provider_id)[0]}&durationMinutes=75"):
        for _ in range(2):
            answer = await api.get(path)
            assert answer.status_code in {404, 422}
            assert answer.headers["Cache-Control"] == "no-store"
    await api.put(
        "/availability/settings",
        owner,
        json={"durations": [{"minutes": 75, "priceAmount": 0, "depositAmount": 0}]},
    )
    assert (await api.get(f"{paths(provider_id)[0]}&durationMinutes=75")).status_code == 200


async def test_a_blocked_network_gets_nothing_that_is_kept(api: Api) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    for _ in range(2):
        assert (await api.get(path)).status_code == 200
    make = Builder()
    network = ip_network("127.0.0.0/8")
    async with api.database.begin() as tx:
        await tx.blocked_networks.add(
            BlockedNetwork(
                id=BlockedNetworkId(make.entropy.new_id()), network=network, reason="abuse", blocked_at=MONDAY_MORNING
            )
        )
    assert (await api.get(path)).status_code == 200  # what was read some seconds ago counts
    api.container.address_guard().read_again()
    assert_problem(await api.get(path), 403, "access.address_blocked")


@asynccontextmanager
async def slowly(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[asyncio.Event, list[int]]]:
    """Schedules that are read only when the event is set, and how many were."""
    go, reads = asyncio.Event(), list[int]()
    read = handlers._schedule

    async def slow(*args: Any) -> Any:
        reads.append(1)
        await go.wait()
        return await read(*args)

    monkeypatch.setattr(handlers, "_schedule", slow)
    yield go, reads


async def test_many_who_ask_at_once_wait_for_one(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _, provider_id = await api.open_provider()
    async with slowly(monkeypatch) as (go, reads):
        waiting = [asyncio.create_task(api.get(paths(provider_id)[0])) for _ in range(5)]
        while not reads:  # noqa: ASYNC110
            await asyncio.sleep(0)
        waiting[0].cancel()  # the others still wait for what it began
        go.set()
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [each.status_code for each in found if isinstance(each, httpx.Response)] == [200] * 4
    assert len(reads) == 1


async def test_a_request_of_a_changed_provider_does_not_wait_for_an_older_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    async with slowly(monkeypatch) as (go, reads):
        before = asyncio.create_task(api.get(path))
        while not reads:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await blocked(api, owner, provider_id, "")
        after = asyncio.create_task(api.get(path))
        while len(reads) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
        go.set()
        await before
        assert "2026-11-24T" not in "".join(slot["start"] for slot in (await after).json()["slots"])


async def test_an_answer_is_made_again_shortly_before_its_end(
    api: Api, made: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    first = await api.get(path)
    made.clear()
    monkeypatch.setattr(kept_answers.Answers, "_is_early", lambda *_: True)
    monkeypatch.setattr(kept_answers, "_SOON", 10**9)
    again = await api.get(path)
    assert again.content == first.content
    while not made:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert len(made) == 1


@pytest.mark.settings(BOOKING_CACHE_AVAILABILITY_SECONDS="0")
async def test_zero_seconds_keep_nothing(api: Api, made: list[float]) -> None:
    _, provider_id = await api.open_provider()
    for _ in range(2):
        assert (await api.get(paths(provider_id)[0])).status_code == 200
    assert len(made) == 2


Given = Mapping[str, str]


@pytest.mark.parametrize("given", [{"Authorization": "Bearer nonsense"}, {"Cookie": "booking_access=nonsense"}])
async def test_a_token_that_counts_as_none_gets_the_public_answer(api: Api, given: Given) -> None:
    _, provider_id = await api.open_provider()
    path = paths(provider_id)[0]
    public = await api.get(path, headers=PLAIN)
    answer = await api.get(path, headers={**PLAIN, **given})
    assert (answer.status_code, answer.content) == (200, public.content)
