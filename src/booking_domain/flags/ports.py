"""Ports of feature flags."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from booking_domain.flags.model import Flag, FlagRule
from booking_domain.shared.actor import Actor
from booking_domain.shared.contexts import DomainContext


class FlagRules(Protocol):
    """The rules of a database transaction."""

    async def put(self, rule: FlagRule) -> None:
        """Store a rule, in place of the flag's earlier one."""
        ...

    async def remove(self, name: str) -> None:
        """Remove the rule of a flag; without effect if there is none."""
        ...


class FlagRuleReads(Protocol):
    """Reads of rules, outside any database transaction."""

    async def all(self) -> Sequence[FlagRule]:
        """All rules, by name."""
        ...


class Flags(Protocol):
    """Says who has a feature. `booking_domain.testing.flags.FixedFlags` is one for tests."""

    async def rules(self) -> Mapping[str, FlagRule]:
        """The rules that are in force, by the name of the flag."""
        ...

    async def on(self, flag: Flag, actor: Actor | None) -> bool:
        """Whether the person has the feature (None: not signed in)."""
        ...


class FlagRepositories(Protocol):
    """The repositories of this context."""

    @property
    def flag_rules(self) -> FlagRules: ...


class FlagReadGroup(Protocol):
    """The reads of this context."""

    @property
    def flag_rules(self) -> FlagRuleReads: ...


CONTEXT: Final = DomainContext()
"""Feature flags."""
