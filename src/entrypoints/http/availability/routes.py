"""`/availability`: a provider's rules, exceptions, blocks and settings."""

from hashlib import sha256
from typing import Any, Final

from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.scheduling.ports import PublicHolidays
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, RuleId
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.catalogue.profiles import SettingsChange, change_settings
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import SettingsView
from booking_domain.use_cases.scheduling.calendars import (
    AddBlock,
    CloseDates,
    SetRules,
    add_block,
    add_exception,
    add_rule,
    close_dates,
    remove_block,
    remove_exception,
    remove_rule,
    set_rules,
)
from booking_domain.use_cases.scheduling.queries import get_calendar, list_holidays
from entrypoints.http.availability.feeds import (
    FeedsJson,
    feeds_json,
    get_availability_feeds,
    set_availability_feeds,
    zone_of,
)
from entrypoints.http.availability.schemas import (
    ADD_BLOCK,
    ADD_EXCEPTION,
    ADD_RULE,
    CHANGE_SETTINGS,
    CLOSE_DATES,
    SET_RULES,
    AvailabilityJson,
    BlockBody,
    BlockJson,
    ClosedDatesBody,
    ExceptionBody,
    ExceptionJson,
    ExceptionsJson,
    HolidayJson,
    HolidaysJson,
    HolidaysQuery,
    RuleJson,
    RulesBody,
    RulesJson,
    SettingsBody,
    SettingsJson,
    block_json,
    exception_json,
    rule_command,
    rule_json,
    rules_json,
    settings_json,
    settings_members,
)
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.weekly_rules import RuleBody
from entrypoints.http.providers.schemas import ProviderJson, provider_json_with_note

_MANAGED: Final = "managed"
"""The variant of the entity tag without the notes of blocks."""


@post("/", opt=documented(add_rule, body=ADD_RULE))
async def add_availability(data: JSONBody[RuleBody], run: Injected[Run]) -> Response[RuleJson]:
    """Add a weekly availability rule.

    Hours are in the provider's time zone. If `endTime` is not after `startTime`, the rule ends on the next day.
    `everyWeeks` above 1 requires `validFrom`.
    """
    return await run(add_rule, rule_command(data), answer=rule_json)


@get("/{provider_id:str}", opt=OPTIONAL | documented(get_calendar))
async def get_availability(
    provider_id: FromPath[ProviderId],
    actor: Injected[Actor | None],
    reads: Injected[Reads],
    if_none_match: IfNoneMatch = None,
) -> Response[AvailabilityJson]:
    """Return a provider's rules, exceptions, blocks and settings.

    Until the provider is approved, only its owner and admins can read them. The owner and admins see blocks with notes,
    the manager of the provider's salon without notes; for everyone else `blocks` is empty.
    """
    found = await get_calendar(actor, provider_id, reads.schedules, reads.providers, reads.salons)
    calendar = found.calendar
    shown = AvailabilityJson(
        settings=settings_json(found),
        rules=tuple(rule_json(rule) for rule in calendar.rules),
        exceptions=tuple(exception_json(exception, calendar.time_zone) for exception in calendar.exceptions),
        blocks=tuple(block_json(block, calendar.time_zone) for block in calendar.blocks),
    )
    if found.with_blocks:
        tag = etag(calendar.version, "" if found.with_notes else _MANAGED)
    else:  # the version would reveal when a block is added or removed
        tag = {"ETag": f'"{sha256(repr(shown).encode()).hexdigest()[:32]}"'}
    return unless_known(shown, tag, if_none_match)


@delete("/{rule_id:str}", opt=documented(remove_rule))
async def remove_availability(rule_id: FromPath[RuleId], run: Injected[Run]) -> None:
    """Remove a weekly rule. Bookings made under it stay."""
    await run(remove_rule, rule_id)


@put("/rules", opt=documented(set_rules, body=SET_RULES))
async def set_availability_rules(
    data: JSONBody[RulesBody], run: Injected[Run], if_match: IfMatch = None
) -> Response[RulesJson]:
    """Replace all weekly rules at once.

    The replacement is atomic: no slot is offered under only some of the new rules. Unchanged rules keep their ids;
    sending the same rules again changes nothing. Existing bookings stay. `If-Match` takes the `ETag` of the
    availability.
    """
    calendar = await run(
        set_rules, SetRules(rules=tuple(map(rule_command, data.rules)), expected_version=expected_version(if_match))
    )
    return Response(rules_json(calendar.rules), headers=etag(calendar.version))


@put("/settings", opt=documented(change_settings, body=CHANGE_SETTINGS))
async def change_availability_settings(
    data: JSONBody[SettingsBody], run: Injected[Run], if_match: IfMatch = None
) -> Response[SettingsJson]:
    """Change slot settings and prices.

    Omitted members keep their values. `If-Match` takes the `ETag` of the availability, which also covers rules,
    exceptions and blocks.
    """
    view = await run(
        change_settings, SettingsChange(expected_version=expected_version(if_match), **settings_members(data))
    )
    return Response(settings_json(view), headers=etag(view.calendar.version))


@post("/exceptions", opt=documented(add_exception, body=ADD_EXCEPTION))
async def add_availability_exception(
    data: JSONBody[ExceptionBody], actor: Injected[Actor], run: Injected[Run], reads: Injected[Reads]
) -> Response[ExceptionJson]:
    """Set other hours for one date, or close it.

    An exception replaces the weekly rules that start on that date.
    """
    zone = await zone_of(actor, reads)
    return await run(add_exception, data.command(), answer=lambda added: exception_json(added, zone))


@get("/holidays", opt=documented(list_holidays))
async def list_public_holidays(
    request: Request[Any, Any, Any],
    params: Injected[HolidaysQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    public_holidays: Injected[PublicHolidays],
) -> HolidaysJson:
    """List the public holidays of a country in a year, and which of them you have an exception for.

    Nothing is closed by it: `POST /availability/closed-dates` closes the dates that you choose.
    """
    found = await list_holidays(
        actor,
        country=params.country,
        year=params.year,
        language=language_for(request),
        holidays=public_holidays,
        providers=reads.providers,
        schedules=reads.schedules,
    )
    return HolidaysJson(items=tuple(HolidayJson(date=day, name=name, exception_id=own) for (day, name), own in found))


@post("/closed-dates", opt=documented(close_dates, body=CLOSE_DATES))
async def close_availability_dates(
    data: JSONBody[ClosedDatesBody], actor: Injected[Actor], run: Injected[Run], reads: Injected[Reads]
) -> Response[ExceptionsJson]:
    """Close several dates at once, and return the exceptions that are new.

    A date that has an exception keeps it, so the same dates may be sent again. Bookings on the dates stay.
    """
    zone = await zone_of(actor, reads)
    return await run(
        close_dates,
        CloseDates(dates=data.dates),
        answer=lambda closed: ExceptionsJson(items=tuple(exception_json(each, zone) for each in closed)),
    )


@delete("/exceptions/{exception_id:str}", opt=documented(remove_exception))
async def remove_availability_exception(exception_id: FromPath[ExceptionId], run: Injected[Run]) -> None:
    """Remove an exception. The weekly rules apply to that date again."""
    await run(remove_exception, exception_id)


@post("/blocks", opt=documented(add_block, body=ADD_BLOCK))
async def add_availability_block(
    data: JSONBody[BlockBody], actor: Injected[Actor], run: Injected[Run], reads: Injected[Reads]
) -> Response[BlockJson]:
    """Block a time range.

    No slot is offered in the range. Slots outside it keep their starts, and bookings in it stay.
    """
    zone = await zone_of(actor, reads)
    command = AddBlock(range=TimeRange(data.start, data.end), note=data.note or "")
    return await run(add_block, command, answer=lambda added: block_json(added, zone))


@delete("/blocks/{block_id:str}", opt=documented(remove_block))
async def remove_availability_block(block_id: FromPath[BlockId], run: Injected[Run]) -> None:
    """Remove a block. The rules apply to its time range again."""
    await run(remove_block, block_id)


class ExportedProviderJson(Json, frozen=True, kw_only=True):
    """A provider's profile and calendar."""

    profile: ProviderJson
    """The profile of the provider."""
    settings: SettingsJson
    rules: tuple[RuleJson, ...]
    exceptions: tuple[ExceptionJson, ...]
    blocks: tuple[BlockJson, ...]
    external_calendars: FeedsJson
    """The calendars that the provider imports."""


async def _provider(source: ExportSource) -> ExportedProviderJson | None:
    """The provider profile and calendar of the account, if it has one."""
    reads = source.reads
    view = await reads.providers.by_owner(source.user.id)
    calendar = None if view is None else await reads.schedules.calendar(view.profile.id)
    if view is None or calendar is None:
        return None
    return ExportedProviderJson(
        profile=provider_json_with_note(view, source.links),
        settings=settings_json(SettingsView(calendar=calendar, terms=view.terms)),
        rules=tuple(rule_json(each) for each in calendar.rules),
        exceptions=tuple(exception_json(each, calendar.time_zone) for each in calendar.exceptions),
        blocks=tuple(block_json(each, calendar.time_zone) for each in calendar.blocks),
        external_calendars=feeds_json(await reads.feeds.of_provider(view.profile.id), calendar.time_zone, source.now),
    )


PROVIDER: Final = value("provider", ExportedProviderJson | None, _provider, about="The provider.")


routes: Final = Router(
    "/availability",
    route_handlers=[
        add_availability,
        get_availability,
        remove_availability,
        set_availability_rules,
        change_availability_settings,
        add_availability_exception,
        remove_availability_exception,
        list_public_holidays,
        close_availability_dates,
        add_availability_block,
        remove_availability_block,
        get_availability_feeds,
        set_availability_feeds,
    ],
    opt=about("availability", "When a provider works, what it blocks, and the calendars that it follows.")
    | exporting(PROVIDER),
)
