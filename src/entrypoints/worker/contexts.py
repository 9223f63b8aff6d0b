"""The contexts of the worker. A new context is added here, and nowhere else in the worker.

A context that only sends messages declares them in `booking_domain.use_cases.messages.declared`.
"""

from typing import Final

from booking_domain.use_cases.messages.declared import MESSAGES
from entrypoints.worker import (
    announcements,
    bookings,
    catalogue,
    customers,
    disputes,
    files,
    identity,
    live,
    notifications,
    payments,
    reconciliation,
    scheduling,
    storage,
    waiting_list,
    webhooks,
)
from entrypoints.worker.declarations import Notice, WorkerContext

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
            waiting_list,
            identity,
            notifications,
            storage,
            webhooks,
            files,
            live,
            announcements,
            customers,
        )
    ),
    # What brings only messages needs no module.
    WorkerContext(notices=tuple(Notice(each.events, each.notify) for each in MESSAGES)),
)
