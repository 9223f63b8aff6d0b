"""Reviews in the worker: the provider and the author are notified."""

from typing import Final

from booking_domain.reviews.events import EVENTS
from booking_domain.workflows.notify_reviews import notify_of_review
from entrypoints.worker.declarations import Notice, WorkerContext

CONTEXT: Final = WorkerContext(notices=(Notice(EVENTS, notify_of_review),))
