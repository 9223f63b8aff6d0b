"""The provider profile and calendar of an exported account."""

from typing import Final

from entrypoints.http.availability.feeds import FeedsJson, feeds_json
from entrypoints.http.availability.schemas import (
    BlockJson,
    ExceptionJson,
    RuleJson,
    SettingsJson,
    block_json,
    exception_json,
    rule_json,
    settings_json,
)
from entrypoints.http.kit.exporting import ExportSource, value
from entrypoints.http.kit.fields import Json
from entrypoints.http.providers.schemas import ProviderJson
from entrypoints.http.providers.views import provider_json_with_note


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
        settings=settings_json(calendar, view.terms),
        rules=tuple(rule_json(each) for each in calendar.rules),
        exceptions=tuple(exception_json(each) for each in calendar.exceptions),
        blocks=tuple(block_json(each) for each in calendar.blocks),
        external_calendars=feeds_json(await reads.feeds.of_provider(view.profile.id), source.now),
    )


PROVIDER: Final = value("provider", ExportedProviderJson | None, _provider, about="The provider.")
