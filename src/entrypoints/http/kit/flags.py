"""The rules of feature flags that this process knows: read once, and again when one changes.

Rules are used as long as the process hears of changes (`Listening`); while it may miss one, each request reads.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from booking_domain.flags.model import Flag, FlagRule, is_on
from booking_domain.flags.ports import FlagRuleReads, Flags
from booking_domain.shared.actor import Actor
from booking_domain.shared.signals import ReceivedSignals

CHANGED: Final = UUID("43f9630b-c26e-5bf8-985b-dbb7d707ab8c")
"""What the trigger on `flag_rules` says has changed, among the ids of public versions."""
KEPT_SECONDS: Final = 60.0
"""How long rules are used without reading them again, in case a signal is lost unnoticed."""


class KnownFlags(Flags):
    """`Flags` by the rules that this process has read."""

    def __init__(self, reads: FlagRuleReads, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._reads = reads
        self._timer = timer
        self._listening = False
        self._changes = 0
        """Counts the reasons to forget: what was read before one of them may be outdated."""
        self._kept: tuple[Mapping[str, FlagRule], float] | None = None

    async def rules(self) -> Mapping[str, FlagRule]:
        began, changes = self._timer(), self._changes
        if self._kept is not None and began < self._kept[1]:
            return self._kept[0]
        rules = {each.name: each for each in await self._reads.all()}
        if self._listening and changes == self._changes:
            self._kept = rules, began + KEPT_SECONDS
        return rules

    async def on(self, flag: Flag, actor: Actor | None) -> bool:
        return is_on(flag, await self.rules(), actor)

    def forget(self) -> None:
        """Read the rules with the next request."""
        self._changes += 1
        self._kept = None

    def receive(self, received: ReceivedSignals) -> None:
        """Forget the rules if one has changed or may have. From now on changes are heard."""
        self._listening = True
        if received.missed or CHANGED in received.public:
            self.forget()

    def interrupted(self) -> None:
        """Keep nothing until changes are heard again."""
        self._listening = False
        self.forget()
