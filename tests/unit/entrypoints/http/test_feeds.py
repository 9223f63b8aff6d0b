"""`/availability/feeds`, and slots with external calendars."""

from datetime import timedelta

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

from booking_domain.scheduling.feeds import READ_EVERY
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR
from booking_domain.testing.memory.platform import MONDAY_MORNING
from booking_domain.testing.scheduling.memory.feeds import MemoryFeedReader
from booking_domain.use_cases.scheduling.read_feed import read_feed

SECRET = "https://calendar.example.com/private-7d1f3c0e/basic.ics"
SHOWN = "https://calendar.example.com/…"
TEN = MONDAY_MORNING + 2 * HOUR


async def read_all(api: Api, reader: MemoryFeedReader) -> None:
    for feed_id, _ in await api.database.reads.feeds.due(api.clock.now(), 10):
        await read_feed(
            feed_id,
            clock=api.clock,
            reads=api.database.reads,
            executor=api.container.executor(),
            reader=reader,
        )


async def slots(api: Api, provider_id: str) -> tuple[list[str], list[str]]:
    found = (await api.get(f"/providers/{provider_id}/slots?from=2026-11-23&to=2026-11-24")).json()
    return [slot["start"][11:16] for slot in found["slots"]], found["degraded"]


async def test_feeds_are_set_whole_and_show_no_secret(api: Api) -> None:
    provider, _ = await api.open_provider()
    rule = {"whenFailing": "trust", "trustHours": 24}
    nothing = {"feeds": [], "waitsForApproval": False, "timeZone": "Asia/Ulaanbaatar", **rule}
    assert (await api.get("/availability/feeds", provider)).json() == nothing
    answer = await api.put("/availability/feeds", provider, json={"urls": [SECRET], "whenFailing": "closed"})
    (feed,) = answer.json()["feeds"]
    assert feed == {"id": feed["id"], "url": SHOWN, "failing": True}
    assert (answer.status_code, answer.json()["whenFailing"], answer.json()["trustHours"]) == (200, "closed", 24)
    await read_all(api, MemoryFeedReader())
    seen = await api.get("/availability/feeds", provider)
    assert seen.json()["feeds"] == [{**feed, "failure": "the server answered 404"}]
    again = {"urls": [SECRET, "webcal://other.example/x"], "whenFailing": "trust", "trustHours": 5}
    both = await api.put("/availability/feeds", provider, json=again)
    assert [each["id"] == feed["id"] for each in both.json()["feeds"]] == [True, False]
    assert (both.json()["whenFailing"], both.json()["trustHours"]) == ("trust", 5)
    assert (await api.get("/availability/feeds", provider)).json() == both.json()
    for text in (answer.text, seen.text, both.text):
        assert "private" not in text
    none = await api.put("/availability/feeds", provider, json={"urls": [], "whenFailing": "trust"})
    assert none.json() == nothing


async def test_slots_use_the_last_reading_and_list_degraded_feeds(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    everything, _ = await slots(api, provider_id)
    await api.put("/availability/feeds", provider, json={"urls": [SECRET], "whenFailing": "trust", "trustHours": 1})
    assert await slots(api, provider_id) == ([], ["An external calendar was never read: nothing is offered."])
    reader = MemoryFeedReader()
    reader.published[SECRET] = [TimeRange(TEN, TEN + HOUR)]
    await read_all(api, reader)
    (feed,) = (await api.get("/availability/feeds", provider)).json()["feeds"]
    assert (feed["readAt"], feed["failing"], "failure" in feed) == ("2026-11-23T00:00:00Z", False, False)
    assert await slots(api, provider_id) == (everything[2:], [])
    customer = await api.joined("customer")
    refused = await api.post("/bookings", customer, json={"providerId": provider_id, "slot": MONDAY_AT_TEN})
    assert_problem(refused, 422, "booking.slot_not_offered")
    reader.available = False
    api.clock.advance(READ_EVERY)
    await read_all(api, reader)
    stale = "An external calendar was last read at 2026-11-23T00:00:00Z: its busy times may be out of date."
    assert await slots(api, provider_id) == (everything[2:], [stale])
    api.clock.advance(timedelta(hours=1))
    found, degraded = await slots(api, provider_id)
    assert (found, len(degraded)) == ([], 1)


async def test_a_provider_reads_only_their_own_feeds(api: Api) -> None:
    wish = {"urls": [SECRET], "whenFailing": "closed"}
    customer, newcomer = await api.joined("customer"), await api.joined("provider")
    assert_problem(await api.put("/availability/feeds", customer, json=wish), 403, "auth.not_permitted")
    assert_problem(await api.put("/availability/feeds", newcomer, json=wish), 404, "provider.not_found")
    assert_problem(await api.get("/availability/feeds", customer), 403, "auth.not_permitted")
    assert_problem(await api.get("/availability/feeds", newcomer), 404, "provider.not_found")
    assert_problem(await api.get("/availability/feeds"), 401, "auth.invalid_token")
    assert_problem(await api.put("/availability/feeds", json=wish), 401, "auth.invalid_token")


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"urls": ["ftp://x.example/"]}, 400, "/urls/0"),
        ({"urls": [SECRET + str(number) for number in range(6)]}, 400, "/urls"),
        ({"urls": ["https://x.example/" + "x" * 2_000]}, 400, "/urls/0"),
        ({"urls": ["https://"]}, 422, "/urls"),
        ({"urls": ["https://x.example/two words"]}, 422, "/urls"),
        ({"whenFailing": "maybe"}, 400, "/whenFailing"),
        ({"trustHours": 0}, 400, "/trustHours"),
        ({"trustHours": 721}, 400, "/trustHours"),
        ({"more": 1}, 400, "/more"),
    ],
)
async def test_an_invalid_feed_is_rejected(api: Api, change: dict[str, object], status: int, pointer: str) -> None:
    provider, _ = await api.open_provider()
    answer = await api.put("/availability/feeds", provider, json={"urls": [SECRET], "whenFailing": "open", **change})
    code = "validation.invalid_input" if status == 400 else "validation.invalid_value"
    assert_problem(answer, status, code, pointer)


async def test_feeds_of_a_provider_wait_for_approval(api: Api) -> None:
    provider = await api.joined("provider")
    made = (await api.post("/providers/me", provider, json={"displayName": "Studio"})).json()
    answer = await api.put("/availability/feeds", provider, json={"urls": [SECRET], "whenFailing": "trust"})
    assert answer.json()["waitsForApproval"] is True
    assert (await api.get("/availability/feeds", provider)).json() == answer.json()
    await api.submit_profile(provider)
    await api.patch(f"/admin/providers/{made['id']}/approve", await api.admin(), json={"approved": True})
    assert (await api.get("/availability/feeds", provider)).json()["waitsForApproval"] is False


async def test_feeds_are_changed_ten_times_an_hour(api: Api) -> None:
    provider, _ = await api.open_provider()
    other, _ = await api.open_provider()
    wish = {"urls": [SECRET], "whenFailing": "trust"}
    answers = [await api.put("/availability/feeds", provider, json=wish) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert (await api.get("/availability/feeds", provider)).status_code == 200
    assert (await api.put("/availability/feeds", other, json=wish)).status_code == 200
