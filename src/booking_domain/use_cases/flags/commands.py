"""Admins say who has a feature; everybody reads which features they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from booking_domain.flags.model import FLAGS, Flag, FlagNotFound, FlagRule, is_on
from booking_domain.flags.ports import FlagRuleReads, FlagRules, Flags
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.audit import Details, Subject
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query


class FlagTx(Protocol):
    """What flags need of a database transaction."""

    @property
    def flag_rules(self) -> FlagRules: ...


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class RuleFlag:
    """Say who has a feature."""

    name: str
    percent: int = 0
    roles: tuple[Role, ...] = ()
    accounts: tuple[UserId, ...] = ()


@dataclass(frozen=True, slots=True)
class RuledFlag:
    """A flag, and who has its feature; without a rule, its default says it."""

    flag: Flag
    rule: FlagRule | None


async def _rule(command: RuleFlag, tx: FlagTx, context: UseCaseContext) -> RuledFlag:
    flag = required(FLAGS.get(command.name), FlagNotFound)
    rule = FlagRule(
        name=flag.name,
        percent=command.percent,
        roles=command.roles,
        accounts=command.accounts,
        changed_at=context.now,
    )
    await tx.flag_rules.put(rule)
    roles = [role.value for role in rule.roles]
    accounts = [str(each) for each in rule.accounts]
    details: Details = {"flag": flag.name, "percent": rule.percent, "roles": roles, "accounts": accounts}
    context.note("flag.ruled", Subject("flag", flag.id), details=details)
    return RuledFlag(flag, rule)


async def _unrule(name: str, tx: FlagTx, context: UseCaseContext) -> None:
    flag = required(FLAGS.get(name), FlagNotFound)
    await tx.flag_rules.remove(flag.name)
    context.note("flag.unruled", Subject("flag", flag.id), details={"flag": flag.name})


async def _list(actor: Actor, rules: FlagRuleReads) -> Sequence[RuledFlag]:
    """All flags; for admins."""
    authorise(actor, Permission.MANAGE_FLAGS)
    by_name = {each.name: each for each in await rules.all()}
    return [RuledFlag(flag, by_name.get(flag.name)) for flag in FLAGS.values()]


async def _read(actor: Actor | None, flags: Flags) -> Mapping[str, bool]:
    """Each flag by name, and whether the caller has its feature."""
    rules = await flags.rules()
    return {flag.name: is_on(flag, rules, actor) for flag in FLAGS.values()}


rule_flag: Final = UseCase(
    Permission.MANAGE_FLAGS,
    _rule,
    lambda _, ruled: Subject("flag", ruled.flag.id),
    raises=(FlagNotFound, InvalidValue),
)
unrule_flag: Final = UseCase(
    Permission.MANAGE_FLAGS,
    _unrule,
    lambda name, _: Subject("flag", FLAGS[name].id),
    raises=(FlagNotFound,),
)
list_flags: Final = Query(_list, (NotPermitted,))
read_flags: Final = Query(_read)
