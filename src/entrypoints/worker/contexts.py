"""The contexts of the worker. A new context is added here, and nowhere else in the worker.

Messages are declared in `booking_domain.use_cases.messages.declared`.
"""

from typing import Final

from entrypoints.worker import (
    announcements,
    bookings,
    catalogue,
    customers,
    disputes,
    files,
    gift_cards,
    identity,
    live,
    loyalty,
    notifications,
    packages,
    payments,
    plans,
    reconciliation,
    scheduling,
    search,
    statistics,
    storage,
    usage,
    waiting_list,
    webhooks,
)
from entrypoints.worker.declarations import WorkerContext

CONTEXTS: Final[tuple[WorkerContext, ...]] = (
    *(
        context.CONTEXT
        for context in (
            bookings,
            catalogue,
            payments,
            reconciliation,
            disputes,
            scheduling,
            search,
            waiting_list,
            identity,
            notifications,
            storage,
            webhooks,
            files,
            gift_cards,
            loyalty,
            packages,
            plans,
            live,
            announcements,
            customers,
            statistics,
            usage,
        )
    ),
)
