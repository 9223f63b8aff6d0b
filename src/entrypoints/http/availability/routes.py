"""`/availability`: when a provider is open."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.catalogue.model import ProfileMissing, ProfileStatus
from booking_domain.scheduling.errors import (
    BlockNotFound,
    DateHasException,
    ExceptionNotFound,
    ProviderNotFound,
    RuleNotFound,
)
from booking_domain.scheduling.use_cases.calendars import (
    add_block,
    add_exception,
    add_rule,
    remove_block,
    remove_exception,
    remove_rule,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, RuleId
from booking_domain.shared.permissions import Permission, may, owned
from booking_domain.workflows.ports import Reads, Repositories
from booking_domain.workflows.provider_profiles import change_settings
from entrypoints.http.availability.examples import (
    ADD_BLOCK,
    ADD_EXCEPTION,
    ADD_RULE,
    AVAILABILITY,
    BLOCK,
    CHANGE_SETTINGS,
    EXCEPTION,
    RULE,
    SETTINGS,
)
from entrypoints.http.availability.feeds import get_availability_feeds, set_availability_feeds
from entrypoints.http.availability.schemas import (
    AvailabilityJson,
    BlockBody,
    BlockJson,
    ExceptionBody,
    ExceptionJson,
    RuleBody,
    RuleJson,
    SettingsBody,
    SettingsJson,
    block_json,
    exception_json,
    rule_json,
    settings_json,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import OPTIONAL

_OF_RULE: Final = documented(body=ADD_RULE, answer=RULE, refusals=(ProviderNotFound, InvalidValue, NotPermitted))
_OF_EXCEPTION: Final = documented(
    body=ADD_EXCEPTION, answer=EXCEPTION, refusals=(ProviderNotFound, DateHasException, InvalidValue, NotPermitted)
)
_OF_BLOCK: Final = documented(body=ADD_BLOCK, answer=BLOCK, refusals=(ProviderNotFound, InvalidValue, NotPermitted))
_OF_SETTINGS: Final = documented(
    body=CHANGE_SETTINGS, answer=SETTINGS, refusals=(ProfileMissing, InvalidValue, NotPermitted, StaleVersion)
)
_OUTSIDE: Final = "outside"
"""The variant without the notes of blocks."""


@post("/", opt=_OF_RULE)
async def add_availability(data: JSONBody[RuleBody], runner: Injected[IdempotentRunner]) -> Response[RuleJson]:
    """Be open weekly at these hours.

    Hours are on the provider's clock. `endTime` at or before `startTime` means the next day; `everyWeeks` above 1 needs
    `validFrom`.
    """
    return await runner.created(add_rule, data.command(), answer=rule_json)


@get("/{provider_id:str}", opt=OPTIONAL | documented(answer=AVAILABILITY, refusals=(ProviderNotFound,)))
async def get_availability(
    provider_id: FromPath[UUID],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[AvailabilityJson]:
    """A provider's rules, exceptions and settings; until it is approved, for its owner and admins only."""
    # The version comes with the calendar, which is read first: what is read later is never older than its tag.
    calendar = await reads.schedules.calendar(ProviderId(provider_id))
    view = await reads.providers.get(ProviderId(provider_id))
    if view is None or calendar is None:
        raise ProviderNotFound
    insider = may(actor, Permission.SEE_CALENDAR_INSIDE, owned(actor, view.profile.owner_id))
    if view.profile.status is not ProfileStatus.APPROVED and not insider:
        raise ProviderNotFound
    shown = AvailabilityJson(
        settings=settings_json(calendar, view.terms),
        rules=tuple(rule_json(rule) for rule in calendar.rules),
        exceptions=tuple(exception_json(exception) for exception in calendar.exceptions),
        blocks=tuple(block_json(block if insider else replace(block, note="")) for block in calendar.blocks),
    )
    return unless_known(shown, etag(calendar.version, "" if insider else _OUTSIDE), if_none_match)


@delete("/{rule_id:str}", opt=documented(refusals=(RuleNotFound, ProviderNotFound, NotPermitted)))
async def remove_availability(
    rule_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Remove a weekly rule; bookings that were made under it stay."""
    await executor.run(remove_rule, RuleId(rule_id), actor=actor)


@put("/settings", opt=_OF_SETTINGS)
async def change_availability_settings(
    data: JSONBody[SettingsBody],
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    if_match: IfMatch = None,
) -> Response[SettingsJson]:
    """Change how slots are cut and what a booking costs; members that are left out stay as they are.

    `If-Match` takes the `ETag` of one's availability, which covers its rules, exceptions and blocks too.
    """
    view = await executor.run(change_settings, data.change(expected_version(if_match)), actor=actor)
    return Response(settings_json(view.calendar, view.terms), headers=etag(view.calendar.version))


@post("/exceptions", opt=_OF_EXCEPTION)
async def add_availability_exception(
    data: JSONBody[ExceptionBody], runner: Injected[IdempotentRunner]
) -> Response[ExceptionJson]:
    """Have other hours on one date, or none; they replace the rules that start on it."""
    return await runner.created(add_exception, data.command(), answer=exception_json)


@delete("/exceptions/{exception_id:str}", opt=documented(refusals=(ExceptionNotFound, ProviderNotFound, NotPermitted)))
async def remove_availability_exception(
    exception_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Remove an exception: the weekly rules count again on that date."""
    await executor.run(remove_exception, ExceptionId(exception_id), actor=actor)


@post("/blocks", opt=_OF_BLOCK)
async def add_availability_block(data: JSONBody[BlockBody], runner: Injected[IdempotentRunner]) -> Response[BlockJson]:
    """Take time off: nothing is offered in exactly this range, and no other slot moves. Bookings in it stay."""
    return await runner.created(add_block, data.command(), answer=block_json)


@delete("/blocks/{block_id:str}", opt=documented(refusals=(BlockNotFound, ProviderNotFound, NotPermitted)))
async def remove_availability_block(
    block_id: FromPath[UUID], actor: Injected[Actor], executor: Injected[Executor[Repositories]]
) -> None:
    """Take a block away: the time is open again as the rules say."""
    await executor.run(remove_block, BlockId(block_id), actor=actor)


routes: Final = Router(
    "/availability",
    route_handlers=[
        add_availability,
        get_availability,
        remove_availability,
        change_availability_settings,
        add_availability_exception,
        remove_availability_exception,
        add_availability_block,
        remove_availability_block,
        get_availability_feeds,
        set_availability_feeds,
    ],
)
