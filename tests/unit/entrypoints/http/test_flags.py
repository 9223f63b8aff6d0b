"""Feature flags: who has a feature, what admins say about it, and how a process keeps the rules."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.flags.model import SERIES_ON_PAGES, FlagRule, is_on
from booking_domain.flags.ports import FlagRuleReads
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals
from booking_domain.testing.builders import NOW
from booking_domain.testing.flags import FixedFlags
from entrypoints.http.kit.flags import CHANGED, KEPT_SECONDS, KnownFlags

NAME = SERIES_ON_PAGES.name
PATH = f"/admin/flags/{NAME}"
PEOPLE = [Actor(UserId(UUID(int=number)), Role.CUSTOMER) for number in range(400)]


async def has(api: Api, token: str | None) -> bool:
    answer = await api.get("/flags", token)
    return {each["name"]: bool(each["on"]) for each in answer.json()["items"]}[NAME]


async def test_a_rule_says_who_has_a_feature_until_it_is_removed(api: Api) -> None:
    admin, customer, provider = await api.an_admin(), await api.joined("customer"), await api.joined("provider")
    customer_id = (await api.get("/users/me", customer)).json()["id"]
    assert await has(api, None)
    ruled = await api.call("PUT", PATH, admin, json={"roles": ["provider"]})
    assert ruled.status_code == 200, ruled.text
    assert ruled.json()["rule"]["roles"] == ["provider"]
    assert [await has(api, each) for each in (None, customer, provider)] == [False, False, True]
    await api.call("PUT", PATH, admin, json={"accounts": [customer_id]})
    assert [await has(api, each) for each in (None, customer, provider)] == [False, True, False]
    [listed] = (await api.get("/admin/flags", admin)).json()["items"]
    assert (listed["name"], listed["default"], listed["rule"]["accounts"]) == (NAME, True, [customer_id])
    assert (await api.delete(PATH, admin)).status_code == 204
    assert [await has(api, each) for each in (None, customer, provider)] == [True, True, True]
    noted = [
        (each["action"], each["details"].get("accounts"))
        for each in (await api.get("/admin/audit", admin)).json()["items"]
        if each["action"] in {"flag.ruled", "flag.unruled"}
    ]
    assert noted == [("flag.unruled", None), ("flag.ruled", [customer_id]), ("flag.ruled", [])]


async def test_a_flag_that_nobody_declared_and_a_rule_without_sense_are_refused(api: Api) -> None:
    admin = await api.an_admin()
    assert_problem(await api.call("PUT", "/admin/flags/nonsense", admin, json={}), 404, "flag.not_found")
    assert_problem(await api.delete("/admin/flags/nonsense", admin), 404, "flag.not_found")
    assert (await api.call("PUT", PATH, admin, json={"percent": 101})).status_code == 400
    with pytest.raises(InvalidValue):
        FlagRule(name=NAME, percent=-1, changed_at=NOW)


def test_more_percent_are_the_same_accounts_and_others() -> None:
    def within(percent: int, name: str = NAME) -> set[UserId]:
        rules = {NAME: FlagRule(name=name, percent=percent, changed_at=NOW)}
        return {each.id for each in PEOPLE if is_on(SERIES_ON_PAGES, rules, each)}

    assert len(within(0)) == 0
    assert within(5) < within(50) < within(100)
    assert 8 <= len(within(5)) <= 35
    assert within(50) != within(50, "another"), "each flag has other accounts"
    assert within(100) == {each.id for each in PEOPLE}


class _Counted(FlagRuleReads):
    def __init__(self) -> None:
        self.percent = 100
        self.times = 0

    async def all(self) -> Sequence[FlagRule]:
        self.times += 1
        return [FlagRule(name=NAME, percent=self.percent, changed_at=NOW)]


async def test_a_process_keeps_rules_only_while_it_hears_of_changes() -> None:
    now, reads = [0.0], _Counted()
    flags = KnownFlags(reads, timer=lambda: now[0])

    async def on() -> tuple[bool, int]:
        return await flags.on(SERIES_ON_PAGES, None), reads.times

    assert [await on(), await on()] == [(True, 1), (True, 2)]
    flags.receive(ReceivedSignals(missed=True))
    assert [await on(), await on()] == [(True, 3), (True, 3)]
    reads.percent = 0
    flags.receive(ReceivedSignals(public=frozenset({CHANGED})))
    assert [await on(), await on()] == [(False, 4), (False, 4)]
    now[0] += KEPT_SECONDS
    assert await on() == (False, 5)
    flags.interrupted()
    assert [await on(), await on()] == [(False, 6), (False, 7)]


async def test_a_test_fixes_flags() -> None:
    assert not await FixedFlags({SERIES_ON_PAGES: False}).on(SERIES_ON_PAGES, None)
    assert await FixedFlags({SERIES_ON_PAGES: True}).on(SERIES_ON_PAGES, None)
    assert await FixedFlags({}).on(SERIES_ON_PAGES, None)
