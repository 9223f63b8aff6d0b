"""The contexts of the worker. A new context is added here, and nowhere else in the worker."""

from typing import Final

from entrypoints.worker import bookings, identity, notifications, payments, reviews, scheduling, storage, waiting_list
from entrypoints.worker.declarations import WorkerContext

CONTEXTS: Final[tuple[WorkerContext, ...]] = tuple(
    context.CONTEXT
    for context in (bookings, payments, scheduling, waiting_list, identity, notifications, reviews, storage)
)
