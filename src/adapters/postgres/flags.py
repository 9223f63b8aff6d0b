"""Rules of feature flags on PostgreSQL. A trigger tells all processes of a change: see migration 0124."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Column, Integer, Table, Text, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.kit.codec import Converted, Mapper
from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.kit.metadata import instant, metadata
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import WithWork
from booking_domain.flags.model import FlagRule
from booking_domain.flags.ports import FlagRuleReads, FlagRules
from booking_domain.shared.actor import Role

flag_rules: Final = Table(
    "flag_rules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("percent", Integer, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("accounts", ARRAY(Uuid), nullable=False),
    instant("changed_at"),
)


def _roles(value: Iterable[str]) -> tuple[Role, ...]:
    return tuple(map(Role, value))


RULE: Final = Mapper(
    flag_rules,
    FlagRule,
    roles=Converted("roles", write=list, read=_roles),
    accounts=Converted("accounts", write=list, read=tuple),
)
_r: Final = flag_rules.c
_ALL: Final = Statement(select(*RULE.columns).order_by(_r.name.collate("C")))
_PUT: Final = RULE.upsert()
_REMOVE: Final = Statement(delete(flag_rules).where(_r.name == bindparam("of_flag")))


class PostgresFlagRules(WithWork, FlagRules):
    """`FlagRules` in the table `flag_rules`."""

    async def put(self, rule: FlagRule) -> None:
        await self._work.execute(_PUT, **RULE.write(rule))

    async def remove(self, name: str) -> None:
        await self._work.execute(_REMOVE, of_flag=name)


class PostgresFlagRuleReads(WithWork, FlagRuleReads):
    """`FlagRuleReads` of the table `flag_rules`."""

    async def all(self) -> Sequence[FlagRule]:
        return await self._work.each(RULE.read, _ALL)


CONTEXT: Final = PostgresContext(tables=(flag_rules,))


class FlagRepositories(RepositoryGroup):
    """The repositories of this context."""

    flag_rules = part(PostgresFlagRules)


class FlagReadGroup(ReadGroup):
    """The reads of this context."""

    flag_rules = part(PostgresFlagRuleReads)
