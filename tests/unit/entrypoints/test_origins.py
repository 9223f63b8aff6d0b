"""The origin of requests and jobs, for audit entries."""

import asyncio

from booking_domain.shared.audit import Origin
from entrypoints.settings.origins import current_origin, set_origin


async def test_each_task_has_its_own_origin_which_is_evaluated_late() -> None:
    async def task(name: str, go: asyncio.Event) -> Origin:
        agents: list[str] = []
        set_origin(lambda: Origin(user_agent=agents[0]))
        await go.wait()
        agents.append(name)
        return await asyncio.create_task(asyncio.to_thread(current_origin))

    go = asyncio.Event()
    tasks = [asyncio.create_task(task(name, go)) for name in ("one", "other")]
    await asyncio.sleep(0)
    go.set()
    assert [origin.user_agent for origin in await asyncio.gather(*tasks)] == ["one", "other"]
    assert current_origin() == Origin()
