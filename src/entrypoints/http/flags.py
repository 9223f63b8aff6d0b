"""`/flags`: the features that the caller has; `/admin/flags`: who has which, for admins."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, delete, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.flags.model import MOST_ACCOUNTS, SERIES_ON_PAGES, FlagRule
from booking_domain.flags.ports import Flags
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.flags.commands import (
    RuledFlag,
    RuleFlag,
    list_flags,
    read_flags,
    rule_flag,
    unrule_flag,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.flags import KnownFlags
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import OPTIONAL
from entrypoints.http.kit.running import Run

_RULE: Final[dict[str, Any]] = {"percent": 5, "roles": ["admin"]}


class OwnFlagJson(Json, frozen=True, kw_only=True):
    """A feature, and whether the caller has it."""

    name: Annotated[str, Meta(examples=[SERIES_ON_PAGES.name])]
    on: bool
    """Whether to show it to the caller. It hides what is new, and permits nothing."""


class OwnFlagsJson(Json, frozen=True, kw_only=True):
    """The features that can be off for some people."""

    items: tuple[OwnFlagJson, ...]


class RuleFlagBody(Body, frozen=True, kw_only=True):
    """Who has the feature: all of these together."""

    percent: Annotated[int, Meta(ge=0, le=100)] = 0
    """So many percent of all accounts, always the same ones; 100: everybody, also who is not signed in."""
    roles: Annotated[tuple[Role, ...], Meta(max_length=len(Role))] = ()
    """Everybody with one of these roles."""
    accounts: Annotated[tuple[UserId, ...], Meta(max_length=MOST_ACCOUNTS)] = ()
    """These accounts."""


class FlagRuleJson(Json, frozen=True, kw_only=True):
    """Who has the feature: all of these together."""

    percent: int
    """So many percent of all accounts; 100: everybody."""
    roles: tuple[Role, ...]
    """Everybody with one of these roles."""
    accounts: tuple[UUID, ...]
    """These accounts."""
    changed_at: Timestamp


class FlagJson(Json, frozen=True, kw_only=True):
    """A feature, and who has it."""

    name: str
    meaning: str
    """What those who have it can do."""
    default: bool
    """Whether everybody has it while there is no rule."""
    rule: FlagRuleJson | None = None
    """Who has it; null: the default says it."""


class FlagsJson(Json, frozen=True, kw_only=True):
    """All flags."""

    items: tuple[FlagJson, ...]


_rule_json: Final = projection(FlagRule, FlagRuleJson)
_ruled: Final = members(RuleFlagBody, RuleFlag, given=("name",))


def _json(ruled: RuledFlag) -> FlagJson:
    flag, rule = ruled.flag, ruled.rule
    return FlagJson(
        name=flag.name,
        meaning=flag.meaning,
        default=flag.default,
        rule=None if rule is None else _rule_json(rule),
    )


@get("/flags", opt=documented(read_flags) | OPTIONAL, operation_id="readFlags")
async def read_own(actor: Injected[Actor | None], flags: Injected[Flags]) -> OwnFlagsJson:
    """List the features that can be off for some people, and which of them the caller has."""
    found = await read_flags(actor, flags)
    return OwnFlagsJson(items=tuple(OwnFlagJson(name=name, on=on) for name, on in found.items()))


@get("/admin/flags", opt=documented(list_flags), operation_id="listFlags")
async def list_all(actor: Injected[Actor], reads: Injected[Reads]) -> FlagsJson:
    """List all feature flags, and who has which feature; for admins."""
    return FlagsJson(items=tuple(map(_json, await list_flags(actor, reads.flag_rules))))


@put("/admin/flags/{name:str}", opt=documented(rule_flag, body=_RULE), operation_id="ruleFlag")
async def rule(
    name: FromPath[str], data: JSONBody[RuleFlagBody], run: Injected[Run], known_flags: Injected[KnownFlags]
) -> Response[FlagJson]:
    """Say who has a feature, in place of what was said before; for admins. All processes know it within a second."""
    answer = await run(rule_flag, RuleFlag(name=name, **_ruled(data)), answer=_json)
    known_flags.forget()
    return answer


@delete("/admin/flags/{name:str}", opt=documented(unrule_flag), operation_id="unruleFlag")
async def unrule(name: FromPath[str], run: Injected[Run], known_flags: Injected[KnownFlags]) -> None:
    """Let the default of a feature say who has it; for admins."""
    await run(unrule_flag, name)
    known_flags.forget()


routes: Final = Router(
    "/",
    route_handlers=[read_own, list_all, rule, unrule],
    opt=about("flags", "Features that some people have before others."),
)
