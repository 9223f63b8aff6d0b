"""Search: providers by what, where and when."""

from typing import Final

from hypothesis import strategies as st
from tests.unit.features.declarations import CANARY, PUBLIC, Feature, Row

from booking_domain.search.free_time import QUARTERS, FreeTime
from booking_domain.search.model import Place, SearchEntry
from booking_domain.search.next_starts import NextStarts
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.search.contracts.entries import an_entry
from booking_domain.use_cases.platform.ports import Repositories


async def personal_data(tx: Repositories, _: Builder, cast: Cast) -> None:
    """The entry of the provider."""
    await tx.search_entries.put(an_entry(cast.profile.id, CANARY, CANARY), NOW)


FEATURE: Final = Feature(
    routes={
        "GET /search": Row(PUBLIC, tagged=True),
        "GET /salons/search": Row(PUBLIC, query="city=Ulaanbaatar&lat=47.9&lon=106.9", tagged=True),
        "GET /services/search": Row(PUBLIC, tagged=True),
        "GET /portfolio/search": Row(PUBLIC, tagged=True),
        "GET /search/suggestions": Row(PUBLIC, query="text=ink"),
        "GET /providers/recommended": Row(PUBLIC),
        "GET /admin/search/findings": Row(Permission.MANAGE_JOBS),
    },
    samples={
        (SearchEntry, "words"): st.sampled_from([{}, {Place.NAME: ("bold", "ink"), Place.OTHER: ("ink",)}]),
        (SearchEntry, "terms"): st.just(()),
        (SearchEntry, "parts"): st.just(()),
        (SearchEntry, "free"): st.builds(
            FreeTime, since=st.just(NOW.date()), quarters=st.integers(0, (1 << QUARTERS) - 1)
        ),
        (NextStarts, "starts"): st.lists(st.integers(0, 65_535)).map(tuple),
        (NextStarts, "notice_minutes"): st.integers(0, 1 << 31),
        (NextStarts, "known_minutes"): st.integers(0, 65_535),
    },
    personal_data=personal_data,
)
