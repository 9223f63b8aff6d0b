"""The test kit of `booking_domain.flags`: rules in memory, the contract of the ports, and flags of a test."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from booking_domain.flags.model import Flag, FlagRule, is_on
from booking_domain.flags.ports import Flags
from booking_domain.shared.actor import Actor
from booking_domain.testing.flags.memory import TABLES
from booking_domain.testing.kit.tables import MemoryContext

CONTEXT: Final = MemoryContext(package=__name__, tables=TABLES)


class FixedFlags(Flags):
    """`Flags` of a test: those that it names are on or off for everybody, others have their default."""

    def __init__(self, fixed: Mapping[Flag, bool]) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        self._rules = {
            flag.name: FlagRule(name=flag.name, percent=100 * on, changed_at=at) for flag, on in fixed.items()
        }

    async def rules(self) -> Mapping[str, FlagRule]:
        return self._rules

    async def on(self, flag: Flag, actor: Actor | None) -> bool:
        return is_on(flag, self._rules, actor)
