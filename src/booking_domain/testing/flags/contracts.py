"""The contract of `FlagRules` and `FlagRuleReads`."""

from dataclasses import replace
from typing import Final

from booking_domain.flags.model import SERIES_ON_PAGES, FlagRule
from booking_domain.flags.ports import FlagRuleReads, FlagRules
from booking_domain.shared.actor import Role
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.kit.storage import StorageContract


class FlagRulesContract(StorageContract):
    """Rules of feature flags in a database transaction, and reads of them."""

    async def test_a_rule_is_stored_replaced_and_removed(self) -> None:
        user = self.make.user()
        rule = FlagRule(name=SERIES_ON_PAGES.name, percent=5, changed_at=NOW)
        other = replace(rule, name="another")
        wider = replace(rule, percent=50, roles=(Role.PROVIDER, Role.ADMIN), accounts=(user.id,), changed_at=NOW + HOUR)
        async with self.begin() as tx:
            await tx.flag_rules.put(rule)
            await tx.flag_rules.put(other)
        assert list(await self.reads.flag_rules.all()) == [other, rule]
        async with self.begin() as tx:
            await tx.flag_rules.put(wider)
            await tx.flag_rules.remove(other.name)
            await tx.flag_rules.remove("none")
        assert list(await self.reads.flag_rules.all()) == [wider]


CONTRACTS: Final[dict[type, type]] = {FlagRules: FlagRulesContract, FlagRuleReads: FlagRulesContract}
