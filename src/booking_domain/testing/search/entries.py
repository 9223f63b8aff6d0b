"""The table of search entries in memory."""

from datetime import datetime
from typing import Final

from booking_domain.search.model import SearchEntry
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.catalogue.memory.tables import PROFILES, providers_of
from booking_domain.testing.kit.tables import Rows, State, Table

Stored = tuple[SearchEntry, datetime]


def _erase(state: State, rows: Rows[ProviderId, Stored], user_id: UserId) -> None:
    theirs = providers_of(state, user_id)
    rows.delete_keys(lambda key: key in theirs)


ENTRIES: Final = Table[ProviderId, Stored](
    "search_entries",
    key=lambda row: row[0].provider_id,
    refers=lambda row: ((PROFILES, row[0].provider_id),),
    erase=_erase,
)
