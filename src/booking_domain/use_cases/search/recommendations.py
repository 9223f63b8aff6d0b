"""Recommend providers to a customer, or to somebody who is not known: each with the reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from booking_domain.catalogue.model import Location
from booking_domain.search.model import Near, SearchCriteria
from booking_domain.search.recommendations import (
    AROUND_METRES,
    CANDIDATES,
    KNOWN_FOR,
    Reason,
    Recommendation,
    Signals,
    Tastes,
    recommended,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.search.queries import Hit, hits_of


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class RecommendedHit:
    """A provider that is recommended, as a search finds it, and why."""

    hit: Hit
    reason: Reason


async def _recommend(
    actor: Actor | None, near: Near | None, limit: int, reads: Reads, clock: Clock
) -> Sequence[RecommendedHit]:
    """The providers that are recommended to the caller, the best first; none if the account has opted out.

    Without a point, those count as nearby that are around where the customer was last. Where too few have anything that
    speaks for them, as before the first night, those who rank best in a search follow.
    """
    now, tastes = clock.now(), Tastes()
    if actor is not None:
        user = await reads.users.get(actor.id)
        if user is None or not user.preferences.recommendations:
            return ()
        tastes = await reads.recommendations.tastes(user.id, now - KNOWN_FOR)
    signals = await signals_of(tastes, near, reads)
    # One more than asked for: the caller's own profile is not shown.
    best = recommended(signals, now, limit + 1)
    if len(best) <= limit:
        best += await _ranking_well(_place_of(tastes, near), {each.provider_id for each in best}, limit + 1, now, reads)
    hits = await hits_of([each.provider_id for each in best], now, reads)
    return [
        RecommendedHit(hit=_with_distance(hit, near), reason=each.reason)
        for each in best
        if (hit := hits.get(each.provider_id)) is not None and (actor is None or hit.view.profile.owner_id != actor.id)
    ][:limit]


async def _ranking_well(
    near: Near | None, besides: Collection[ProviderId], most: int, now: datetime, reads: Reads
) -> list[Recommendation]:
    """Those who rank best in a search, besides these: `most` in all."""
    found = await reads.search.search(SearchCriteria(near=near, at=now, limit=most))
    others = (each.provider_id for each in found if each.provider_id not in besides)
    return [
        Recommendation(provider_id=each, reason=Reason.RANKS_WELL, points=0)
        for each in islice(others, most - len(besides))
    ]


async def signals_of(tastes: Tastes, near: Near | None, reads: Reads) -> Signals:
    """What speaks for whom: nearby, or around where the customer was last."""
    near = _place_of(tastes, near)
    known = [each.provider_id for each in tastes.known]
    return Signals(
        known=tastes.known,
        similar=await reads.recommendations.similar(known, CANDIDATES) if known else {},
        around=await reads.recommendations.around(None if near is None else near.box, tastes.styles, CANDIDATES),
    )


def _place_of(tastes: Tastes, near: Near | None) -> Near | None:
    if near is None and tastes.place is not None:
        return Near(lat=tastes.place[0], lon=tastes.place[1], radius_metres=AROUND_METRES)
    return near


def _with_distance(hit: Hit, near: Near | None) -> Hit:
    place = hit.view.profile.location or (None if hit.salon is None else hit.salon.location)
    if near is None or place is None:
        return hit
    metres = int(Location(near.lat, near.lon).metres_to(place))
    return replace(hit, found=replace(hit.found, facts=replace(hit.found.facts, metres=metres)))


async def _rebuild(_: None, tx: Repositories, context: UseCaseContext) -> int:
    """Count anew which providers are similar and popular, and return how many had customers lately."""
    return await tx.similar_providers.rebuild(context.now)


recommend_providers: Final = Query(_recommend)
rebuild_similar_providers: Final = UseCase(Permission.RUN_PLATFORM, _rebuild)
