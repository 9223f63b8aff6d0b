"""Feature flags: declared here with a default; a rule of an admin says who has the feature instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue, NotFound
from booking_domain.shared.ids import UserId

MOST_ACCOUNTS: Final = 100
"""Accounts that a rule names."""
_ALL: Final = 100


class FlagNotFound(NotFound, code="flag.not_found"):
    """There is no such feature flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A feature that can be off for some people."""

    name: str
    meaning: str
    """What those who have it can do."""
    default: bool
    """Whether everybody has it while no rule says who."""

    @property
    def id(self) -> UUID:
        """Of the flag in the audit log."""
        return uuid5(NAMESPACE_OID, f"flag {self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class FlagRule:
    """Who has a feature: people of these roles, these accounts, and so many percent of all accounts."""

    name: str
    """Of the flag."""
    percent: int = 0
    """The same accounts each time, others for each flag; more percent are those and others. With 100, people
    who are not signed in have the feature too."""
    roles: tuple[Role, ...] = ()
    accounts: tuple[UserId, ...] = ()
    changed_at: datetime

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= _ALL:
            raise InvalidValue(field="percent", problem=f"0 to {_ALL}")
        if len(self.accounts) > MOST_ACCOUNTS:
            raise InvalidValue(field="accounts", problem=f"at most {MOST_ACCOUNTS} accounts")

    def includes(self, actor: Actor | None) -> bool:
        """Whether the person has the feature (None: not signed in)."""
        if self.percent == _ALL:
            return True
        if actor is None:
            return False
        return actor.role in self.roles or actor.id in self.accounts or _place(self.name, actor.id) < self.percent


def _place(name: str, user_id: UserId) -> int:
    """Where the account stands, from 0 to 99, among all for this flag."""
    return uuid5(user_id, name).int % _ALL


def is_on(flag: Flag, rules: Mapping[str, FlagRule], actor: Actor | None) -> bool:
    """Whether the person has the feature, by its rule or its default.

    >>> is_on(SERIES_ON_PAGES, {}, None)
    True
    """
    rule = rules.get(flag.name)
    return flag.default if rule is None else rule.includes(actor)


SERIES_ON_PAGES: Final = Flag(
    name="series-on-pages", meaning="Book appointments that repeat, on the pages of the platform.", default=True
)
FLAGS: Final[Mapping[str, Flag]] = MappingProxyType({flag.name: flag for flag in (SERIES_ON_PAGES,)})
"""By name. A flag whose feature stays is removed from here, with what asks for it; its rule counts no more."""
