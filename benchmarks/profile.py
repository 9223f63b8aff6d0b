"""`make profile`: where the time of free slots goes, or of a request: `make profile ARGS=/providers`.

A path is requested from the application in this process, on an embedded PostgreSQL with a few providers; `{provider}`
in it is the id of one. The functions are printed by their own time, and the profile is written to a file for other
tools.
"""

import asyncio
import cProfile
import pstats
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.dataset import Dataset
from benchmarks.environment import database, production
from benchmarks.slots.workloads import NOW, workloads
from booking_domain.scheduling import offered_slots
from entrypoints.http.app import PREFIX, create_app
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

WRITTEN: Final = Path(".tmp/profile.prof")
SHOWN: Final = 30
REQUESTS: Final = 300
CALLS: Final = 300
SLOTS: Final = "slots"
ORIGIN: Final = "https://booking.example"


def profile_slots(profile: cProfile.Profile) -> None:
    workload = next(workloads())
    calendar, claims = workload.providers[0]
    with profile:
        for _ in range(CALLS):
            offered_slots(calendar, claims, window=workload.window, now=NOW)


async def _profile_requests(profile: cProfile.Profile, path: str, url: str) -> None:
    container = HttpContainer(settings=Settings.from_environment(production(url)))
    app: Any = create_app(container)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        provider_id, *_ = await Dataset(container).providers(5)
        address = PREFIX + path.replace("{provider}", str(provider_id))
        (await client.get(address)).raise_for_status()
        with profile:
            for _ in range(REQUESTS):
                await client.get(address)


def profile_requests(profile: cProfile.Profile, path: str) -> None:
    with tempfile.TemporaryDirectory(prefix="profile-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with database(Path(folder)) as url:
            asyncio.run(_profile_requests(profile, path, url))


def main(what: str) -> None:
    profile = cProfile.Profile()
    measure: Callable[[cProfile.Profile], None] = (
        profile_slots if what == SLOTS else lambda each: profile_requests(each, what)
    )
    measure(profile)
    profile.dump_stats(WRITTEN)
    pstats.Stats(profile).sort_stats(pstats.SortKey.TIME).print_stats(SHOWN)
    print(f"written: {WRITTEN}")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else SLOTS)
