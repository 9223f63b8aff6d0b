"""The waiting-list entries of an exported account."""

from typing import Final

from entrypoints.http.kit.exporting import items
from entrypoints.http.waitlist.schemas import WaitingJson, waiting_json

WAITING_LIST: Final = items(
    "waiting_list",
    WaitingJson,
    lambda source, after: source.reads.waiting_list.of_customer(source.user.id, after),
    waiting_json,
    about="The places on waiting lists.",
)
