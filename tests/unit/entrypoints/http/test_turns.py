"""Turns of expensive requests: few at once, one caller after the other, and refusals instead of endless queues."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.shared.rate_limits import ServiceBusy, TooManyAtOnce
from entrypoints.http.kit.computers import InlineComputer
from entrypoints.http.kit.turns import CHEAP, DEAR, MAX_COST_PER_CALLER, Turns

Result = TypeVar("Result")
MALLORY, DORJ = "address 203.0.113.9", "address 198.51.100.1"
SLOTS = "/slots?from=2026-11-23&to=2026-11-24"


async def settled() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


class CountingComputer(InlineComputer):
    def __init__(self) -> None:
        self.computed = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        self.computed += 1
        return work()


class Queue:
    """Requests that wait for a turn; each notes when it gets one, and ends it when it is told."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.had: list[str] = []
        self.costs: list[int] = []
        self._ends = asyncio.Semaphore(0)
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, caller: str, times: int = 1, *, cost: int = DEAR) -> None:
        self.tasks += [asyncio.create_task(self._one(caller, cost)) for _ in range(times)]
        await settled()

    async def end_one(self) -> None:
        self._ends.release()
        await settled()

    async def _one(self, caller: str, cost: int) -> None:
        async with self._turns.turn(caller, cost):
            self.had.append(caller)
            self.costs.append(cost)
            await self._ends.acquire()


@asynccontextmanager
async def queueing(turns: Turns) -> AsyncIterator[Queue]:
    queue = Queue(turns)
    try:
        yield queue
    finally:
        for task in queue.tasks:
            task.cancel()
        await asyncio.gather(*queue.tasks, return_exceptions=True)


async def test_no_more_requests_run_than_turns_exist() -> None:
    async with queueing(Turns(InlineComputer(), at_once=2)) as queue:
        await queue.ask(MALLORY, 5)
        assert len(queue.had) == 2
        await queue.end_one()
        assert len(queue.had) == 3


async def test_a_caller_with_many_requests_yields_to_another_caller() -> None:
    async with queueing(Turns(InlineComputer(), at_once=1)) as queue:
        await queue.ask(MALLORY, 10)
        await queue.ask(DORJ, 2)
        for _ in range(4):
            await queue.end_one()
        assert queue.had == [MALLORY, MALLORY, DORJ, MALLORY, DORJ]


async def test_the_waiting_requests_of_a_caller_have_a_limited_cost() -> None:
    turns = Turns(InlineComputer(), at_once=1, max_cost_per_caller=2 * DEAR)
    async with queueing(turns) as queue:
        await queue.ask(MALLORY, 3)
        with pytest.raises(TooManyAtOnce):
            await turns.turn(MALLORY).__aenter__()
        await queue.ask(DORJ)
        await queue.end_one()
        await queue.end_one()
        assert queue.had == [MALLORY, MALLORY, DORJ]


async def test_of_one_callers_requests_the_dearest_is_refused_and_the_cheapest_comes_first() -> None:
    turns = Turns(InlineComputer(), at_once=1, max_cost_per_caller=10)
    async with queueing(turns) as queue:
        await queue.ask(MALLORY)
        await queue.ask(MALLORY, cost=7)
        await queue.ask(MALLORY, cost=2)
        await queue.ask(MALLORY, cost=3)  # the one that costs 7 goes
        assert isinstance(queue.tasks[1].exception(), TooManyAtOnce)
        with pytest.raises(TooManyAtOnce):
            await turns.turn(MALLORY, 6).__aenter__()
        await queue.ask(DORJ, cost=7)
        for _ in range(3):
            await queue.end_one()
        assert queue.costs == [DEAR, 2, 7, 3]


async def test_a_request_that_costs_more_than_all_of_a_caller_may_waits_alone() -> None:
    async with queueing(Turns(InlineComputer(), at_once=1, max_cost_per_caller=10)) as queue:
        await queue.ask(MALLORY)
        await queue.ask(MALLORY, cost=11)
        await queue.end_one()
        assert queue.costs == [DEAR, 11]


async def test_callers_take_turns_by_what_their_requests_cost() -> None:
    async with queueing(Turns(InlineComputer(), at_once=1)) as queue:
        await queue.ask("address 203.0.113.1")
        await queue.ask(MALLORY, 3, cost=30)
        await queue.ask(DORJ, 6, cost=10)
        for _ in range(9):
            await queue.end_one()
        assert queue.had[1:] == [MALLORY, DORJ, DORJ, DORJ, MALLORY, DORJ, DORJ, DORJ, MALLORY]


async def test_all_callers_together_have_a_limited_number_of_waiting_requests() -> None:
    turns = Turns(InlineComputer(), at_once=1, max_waiting=2)
    async with queueing(turns) as queue:
        for number in range(3):
            await queue.ask(f"address 203.0.113.{number}")
        with pytest.raises(ServiceBusy):
            await turns.turn(DORJ).__aenter__()


async def test_a_request_waits_for_a_limited_time_and_leaves_no_trace() -> None:
    turns = Turns(InlineComputer(), at_once=1, max_waiting=1, patience_seconds=0)
    async with AsyncExitStack() as first:
        await first.enter_async_context(turns.turn(MALLORY))
        for _ in range(2):
            with pytest.raises(ServiceBusy):
                await turns.turn(DORJ).__aenter__()
    async with turns.turn(DORJ):
        pass


async def test_a_cancelled_request_passes_its_turn_on() -> None:
    async with queueing(Turns(InlineComputer(), at_once=1)) as queue:
        await queue.ask(MALLORY, 2)
        await queue.ask(DORJ)
        queue.tasks[1].cancel()  # it waits
        await settled()
        queue.tasks[0].cancel()  # it has the turn
        await settled()
        assert queue.had == [MALLORY, DORJ]


async def test_a_turn_that_was_granted_to_a_cancelled_request_is_not_lost() -> None:
    turns = Turns(InlineComputer(), at_once=1)
    async with AsyncExitStack() as first:
        await first.enter_async_context(turns.turn(MALLORY))
        waiting = asyncio.create_task(turns.turn(DORJ).__aenter__())
        await settled()
    waiting.cancel()  # in the same moment as it is granted
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with turns.turn(MALLORY):
        pass


async def test_expensive_requests_are_refused_while_others_are_answered(api: Api) -> None:
    _, provider_id = await api.open_provider()
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "House", "timeZone": "UTC"})).json()["id"]
    link = (await api.post("/users/me/calendar-link", manager)).json()["url"]
    calendar = {"timeZone": "UTC"}
    moments = {"now": "2026-11-23T00:00:00Z", "slot": "2026-11-23T00:00:00Z"}
    window = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
    turns = Turns(InlineComputer(), at_once=1, max_waiting=0)
    api.container.turns.override(turns)
    api.container.reading_turns.override(turns)
    async with turns.turn(MALLORY):
        for answer in (
            await api.get(f"/providers/{provider_id}{SLOTS}"),
            await api.get(f"/providers/{provider_id}/slots/explain?slot=2026-11-23T02:00:00Z"),
            await api.get(f"/salons/{salon}{SLOTS}"),
            await api.get(link.partition("/api/v1")[2]),
            await api.post("/scheduling/slots", json={"calendar": calendar, "now": moments["now"], "window": window}),
            await api.post("/scheduling/explain", json={"calendar": calendar, **moments}),
        ):
            assert_problem(answer, 503, "service.busy")
            assert answer.headers["Retry-After"]
        assert (await api.get("/health/live")).status_code == 200
        customer = await api.joined("customer")
        await api.booked(customer, provider_id)
    assert (await api.get(f"/providers/{provider_id}{SLOTS}")).status_code == 200


async def test_one_who_asks_for_much_is_refused_and_the_neighbours_of_the_address_are_served(api: Api) -> None:
    """No computation ends, so nothing dear is answered; whoever asks for little does not wait for it."""
    provider, fine = await api.open_provider()
    await api.put("/availability/settings", provider, json={"slotStepMinutes": 1, "horizonDays": 365})
    _, usual = await api.open_provider()
    api.container.turns.override(Turns(InlineComputer(), at_once=0))
    much = f"/providers/{fine}/slots?to=2027-01-20&from=2026-11-23T00:00:00"
    # Each asks something else: those who ask the same wait for one answer.
    tasks = [asyncio.create_task(api.get(f"{much}.{number}Z")) for number in range(MAX_COST_PER_CALLER // CHEAP)]
    try:
        finished, _ = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            assert_problem(task.result(), 429, "rate.too_many_at_once")
        month = "from=2026-11-23&to=2026-12-23"
        little = [f"/slots?{month}", f"/days?{month}", "/page"]
        answers = await asyncio.gather(*[api.get(f"/providers/{usual}{each}") for each in little for _ in range(40)])
        assert {answer.status_code for answer in answers} == {200}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_is_dear_is_computed_in_a_turn_of_its_own(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    window = "from=2026-11-23&to=2027-01-20"
    whole = (await api.get(f"/providers/{provider_id}/slots?{window}")).json()
    await api.put("/availability/settings", provider, json={"slotStepMinutes": 1, "horizonDays": 365})
    computer = CountingComputer()
    api.container.turns.override(Turns(computer))
    finer = (await api.get(f"/providers/{provider_id}/slots?{window}")).json()
    assert computer.computed == 1
    assert {slot["start"] for slot in whole["slots"] if slot["start"] < finer["nextFrom"]} <= {
        slot["start"] for slot in finer["slots"]
    }


async def test_an_answer_says_where_the_next_begins(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    await api.put("/availability/settings", provider, json={"slotStepMinutes": 1, "horizonDays": 365})
    found, start = list[str](), "2026-11-23"
    for _ in range(10):
        query = f"from={start}&to=2027-01-20&timeZone=Asia/Ulaanbaatar".replace("+", "%2B")
        page = (await api.get(f"/providers/{provider_id}/slots?{query}")).json()
        assert len(page["slots"]) <= 5_000
        found += [slot["start"] for slot in page["slots"]]
        if page.get("nextFrom") is None:
            break
        start = page["nextFrom"]
    assert len(found) == len(set(found)) == 58 * (8 * 60 + 1)
    assert found == sorted(found)
