"""`/availability/feeds`: external calendars. Their busy times are not offered."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from litestar import Response, get, put
from litestar.params import JSONBody
from msgspec import Meta

from booking_domain.scheduling.feeds import (
    DEFAULT_FEED_RULE,
    MAX_FEED_URL,
    MAX_FEEDS,
    MAX_TRUST_HOURS,
    Feed,
    FeedRule,
    OwnFeeds,
    WhenFeedFails,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.scheduling.feeds import SetFeeds, set_feeds
from booking_domain.use_cases.scheduling.queries import get_own_feeds
from entrypoints.http.availability.schemas import SET_FEEDS
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import FEEDS as FEEDS_CLASS
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.running import Run

FeedUrl = Annotated[
    str,
    Meta(
        max_length=MAX_FEED_URL,
        pattern=r"^(https?|webcal)://[^\u0000]*$",
        examples=["https://example.com/me.ics"],
        description="The address of an iCalendar file (RFC 5545). It is a secret and is never shown again.",
    ),
]
TrustHours = Annotated[
    int, Meta(ge=1, le=MAX_TRUST_HOURS, description="For `trust`: how long the last reading is used.")
]


class FeedsBody(Body, frozen=True, kw_only=True):
    """All external calendars of a provider, and which slots to offer while one of them cannot be read.

    `closed` offers nothing, `trust` uses the last reading for `trustHours` and then offers nothing, `open` ignores
    the calendar.
    """

    urls: Annotated[tuple[FeedUrl, ...], Meta(max_length=MAX_FEEDS)]
    """The URLs of the calendars."""
    when_failing: WhenFeedFails
    trust_hours: TrustHours = DEFAULT_FEED_RULE.trust_hours

    def command(self, expected_version: ExpectedVersion) -> SetFeeds:
        """Return the command."""
        return SetFeeds(
            urls=self.urls,
            rule=FeedRule(self.when_failing, self.trust_hours),
            expected_version=expected_version,
        )


class FeedJson(Json, frozen=True, kw_only=True):
    """An external calendar; `failing` if its busy times may be out of date."""

    id: UUID
    url: str
    read_at: Timestamp | None = None
    failing: bool
    """Whether the last readings failed."""
    failure: str | None = None
    """Why the last reading failed."""


class FeedsJson(Json, frozen=True, kw_only=True):
    """The provider's external calendars; `waitsForApproval`: they are not read until the profile is approved."""

    feeds: Annotated[tuple[FeedJson, ...], Meta(max_length=MAX_FEEDS)]
    """The calendars that are imported."""
    waits_for_approval: bool
    """Whether an imported calendar waits for the provider's approval."""
    when_failing: str
    time_zone: str
    """The provider's time zone: on its clock are whole days and times for which a calendar names no zone."""
    trust_hours: int
    """For how many hours the last reading counts while a calendar cannot be read."""


@put("/feeds", opt=limited_as(FEEDS_CLASS) | documented(set_feeds, body=SET_FEEDS))
async def set_availability_feeds(
    data: JSONBody[FeedsBody],
    actor: Injected[Actor],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    clock: Injected[Clock],
    if_match: IfMatch = None,
) -> Response[FeedsJson]:
    """Replace the provider's external calendars.

    The calendars are read at once (at most ten changes an hour), then every ten minutes, or less often if one is slow.
    They are not read until the provider is approved. Their busy times are not offered. A calendar that stays in the
    list keeps its last reading. `If-Match` covers the list and `whenFailing`; a reading does not change the version.
    """
    own = await run(set_feeds, data.command(expected_version(if_match)))
    shown = feeds_json(own, await zone_of(actor, reads), clock.now())
    return Response(shown, headers=_tag(own, shown))


@get("/feeds", opt=documented(get_own_feeds))
async def get_availability_feeds(
    actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock], if_none_match: IfNoneMatch = None
) -> Response[FeedsJson]:
    """Return the provider's external calendars and the results of reading them.

    Their URLs are secrets: only the host is returned.
    """
    own = await get_own_feeds(actor, reads.providers, reads.feeds)
    shown = feeds_json(own, await zone_of(actor, reads), clock.now())
    return unless_known(shown, _tag(own, shown), if_none_match)


async def zone_of(actor: Actor, reads: Reads) -> str:
    """The time zone of the caller's provider; empty without a provider."""
    provider = await reads.providers.by_owner(actor.id)
    return "" if provider is None else provider.time_zone


def feeds_json(own: OwnFeeds, time_zone: str, now: datetime) -> FeedsJson:
    """Show external calendars to their owner."""
    return FeedsJson(
        feeds=tuple(_feed_json(feed, now) for feed in own.feeds),
        waits_for_approval=not own.accepting,
        when_failing=own.rule.when_failing.value,
        time_zone=time_zone,
        trust_hours=own.rule.trust_hours,
    )


def _tag(own: OwnFeeds, shown: FeedsJson) -> dict[str, str]:
    """The tag of the version and the results of reading."""
    return etag(own.version, sha256(repr(shown).encode()).hexdigest()[:16])


def _feed_json(feed: Feed, now: datetime) -> FeedJson:
    return FeedJson(
        id=feed.id,
        url=feed.masked_url,
        read_at=feed.read_at,
        failing=feed.failing(now),
        failure=feed.failure,
    )
