"""Rules of feature flags in memory."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from booking_domain.flags.model import FlagRule
from booking_domain.flags.ports import FlagRuleReads, FlagRules
from booking_domain.testing.kit.tables import Group, InMemory, Part, Table

FLAG_RULES: Final = Table[str, FlagRule]("flag_rules", key=attrgetter("name"))
TABLES: Final = (FLAG_RULES,)


class MemoryFlagRules(InMemory, FlagRules):
    """The rules of one database transaction."""

    async def put(self, rule: FlagRule) -> None:
        self._state[FLAG_RULES].put(rule)

    async def remove(self, name: str) -> None:
        self._state[FLAG_RULES].pop(name, None)


class MemoryFlagRuleReads(InMemory, FlagRuleReads):
    """The committed rules."""

    async def all(self) -> Sequence[FlagRule]:
        return sorted(self._state[FLAG_RULES].values(), key=attrgetter("name"))


class FlagRepositories(Group):
    """The repositories of this context."""

    flag_rules: Final = Part(MemoryFlagRules)


class FlagReadGroup(Group):
    """The reads of this context."""

    flag_rules: Final = Part(MemoryFlagRuleReads)
