"""`/availability`: rules, exceptions, blocks, settings and feeds of a provider's calendar."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, PUBLIC, Edit, Feature, Ids, Kind, Request, Row, World
from tests.unit.features.providers import PROVIDER

from booking_domain.scheduling.feeds import Feed, FeedRule
from booking_domain.shared.ids import FeedId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

FEEDS: Final[dict[str, Any]] = {"urls": ["https://calendar.example.com/x.ics"], "whenFailing": "closed"}
_EVENING: Final = {"day": 1, "startTime": "20:00", "endTime": "21:00"}
_WINDOW: Final = TimeRange(TOMORROW, TOMORROW + 8 * HOUR)


async def rule(world: World, who: str) -> Ids:
    """A rule of one date: rules of a date do not overlap."""
    world.hours += 1
    valid = dict.fromkeys(("validFrom", "validUntil"), f"2027-01-{world.hours:02}")
    return {"rule_id": (await world.done("POST", "/availability", who, **_EVENING, **valid))["id"]}


async def exception(world: World, who: str) -> Ids:
    world.hours += 1
    made = await world.done("POST", "/availability/exceptions", who, date=f"2027-01-{world.hours:02}", closed=True)
    return {"exception_id": made["id"]}


async def block(world: World, who: str) -> Ids:
    made = await world.done(
        "POST", "/availability/blocks", who, start="2027-03-01T00:00:00Z", end="2027-03-02T00:00:00Z"
    )
    return {"block_id": made["id"]}


async def new_rule(api: Api) -> Request:
    return (await api.open_provider())[0], "/availability", _EVENING


async def new_exception(api: Api) -> Request:
    return (await api.open_provider())[0], "/availability/exceptions", {"date": "2026-12-31", "closed": True}


async def new_closed_dates(api: Api) -> Request:
    return (await api.open_provider())[0], "/availability/closed-dates", {"dates": ["2027-02-06", "2027-02-07"]}


async def new_block(api: Api) -> Request:
    off = {"start": "2026-11-25T02:00:00Z", "end": "2026-11-25T03:00:00Z"}
    return (await api.open_provider())[0], "/availability/blocks", off


async def settings(api: Api) -> Edit:
    provider, provider_id = await api.open_provider()
    # It has had its settings, and seven rules.
    path = f"/availability/{provider_id}"
    return Edit(provider, "/availability/settings", {"slotStepMinutes": 15}, path, provider, tag='"2"')


async def rules(api: Api) -> Edit:
    provider, provider_id = await api.open_provider()
    path = f"/availability/{provider_id}"
    return Edit(provider, "/availability/rules", {"rules": [_EVENING]}, path, provider, tag='"2"', again=False)


async def feeds(api: Api) -> Edit:
    provider, _ = await api.open_provider()
    tag = (await api.get("/availability/feeds", provider)).headers["ETag"]
    return Edit(provider, "/availability/feeds", FEEDS, "/availability/feeds", provider, tag=tag)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    provider_id = cast.profile.id
    await tx.calendars.lock_provider_of(cast.owner.id)
    await tx.calendars.add_rule(provider_id, make.rule())
    await tx.calendars.add_exception(provider_id, make.exception(TOMORROW.date()))
    await tx.calendars.add_block(provider_id, make.block(_WINDOW, f"block of a {CANARY}"))
    feed = Feed(id=FeedId(make.entropy.new_id()), url=f"https://calendar.example.com/{CANARY}.ics", busy=(_WINDOW,))
    await tx.feeds.save_feeds(provider_id, FeedRule(), (feed,), due_at=NOW)
    await tx.feeds.save_reading(replace(feed, read_at=NOW), due_at=NOW)


_MANAGE: Final = Permission.MANAGE_CALENDAR
RULE: Final = Kind(rule, ("provider",), "/availability/{rule_id}")
EXCEPTION: Final = Kind(exception, ("provider",), "/availability/exceptions/{exception_id}")
BLOCK: Final = Kind(block, ("provider",), "/availability/blocks/{block_id}")

FEATURE: Final = Feature(
    routes={
        "GET /availability/{provider_id}": Row(PUBLIC, PROVIDER, tagged=True),
        "POST /availability": Row(_MANAGE, once=new_rule),
        "DELETE /availability/{rule_id}": Row(_MANAGE, RULE),
        "PUT /availability/rules": Row(_MANAGE, edit=rules),
        "PUT /availability/settings": Row(_MANAGE, edit=settings),
        "POST /availability/exceptions": Row(_MANAGE, once=new_exception),
        "DELETE /availability/exceptions/{exception_id}": Row(_MANAGE, EXCEPTION),
        "GET /availability/holidays": Row(_MANAGE, query="country=MN&year=2027"),
        "POST /availability/closed-dates": Row(_MANAGE, once=new_closed_dates),
        "POST /availability/blocks": Row(_MANAGE, once=new_block),
        "DELETE /availability/blocks/{block_id}": Row(_MANAGE, BLOCK),
        "GET /availability/feeds": Row(_MANAGE, tagged=True),
        "PUT /availability/feeds": Row(_MANAGE, edit=feeds),
    },
    permissions="""
        calendar.manage      provider:own
        calendar.see_inside  provider:own admin:any
        calendar.see_occupied  provider:own manager:managed admin:any
    """,
    events={"calendar.feed_added": {"providerId", "feedId"}},
    samples={
        (Feed, "url"): st.sampled_from(["https://calendar.example.com/a.ics", "webcal://example.com/b.ics"]),
        (Feed, "busy"): st.just(()),
    },
    personal_data=personal_data,
)
