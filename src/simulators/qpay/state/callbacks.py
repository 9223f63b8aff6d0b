"""Pending callbacks and the log of delivery attempts; both are persistent."""

from dataclasses import dataclass
from typing import Literal

from simulators.qpay.state.store import Store

CallbackMethod = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCallback:
    """`due_at` is Unix seconds; `attempts` counts completed attempts."""

    id: int
    payment_id: str
    method: CallbackMethod
    url: str
    due_at: float
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt. Without an HTTP response, `status` is None and `body` is the error; `at` is Unix seconds."""

    callback_id: int
    payment_id: str
    invoice_id: str
    method: CallbackMethod
    url: str
    attempt: int
    status: int | None
    body: str
    at: float


class Callbacks:
    def __init__(self, store: Store) -> None:
        self._store = store

    def schedule(self, *, payment_id: str, method: CallbackMethod, url: str, due_at: float) -> None:
        self._store.insert("callbacks", payment_id=payment_id, method=method, url=url, due_at=due_at)

    def pending(self) -> list[PendingCallback]:
        """Return the undelivered callbacks, earliest first."""
        rows = self._store.all(
            "SELECT callback_id AS id, payment_id, method, url, due_at, attempts FROM callbacks"
            " WHERE state = 'PENDING' ORDER BY due_at, callback_id"
        )
        return [PendingCallback(**row) for row in rows]

    def record(
        self,
        callback: PendingCallback,
        *,
        status: int | None,
        body: str,
        at: float,
        accepted: bool,
        retry_at: float | None,
    ) -> None:
        """Log an attempt; mark the callback delivered, due again at `retry_at`, or abandoned if that is None."""
        state = "DELIVERED" if accepted else "ABANDONED" if retry_at is None else "PENDING"
        with self._store.transaction():
            self._store.insert(
                "deliveries",
                callback_id=callback.id,
                attempt=callback.attempts + 1,
                status=status,
                body=body,
                at=at,
            )
            self._store.execute(
                "UPDATE callbacks SET attempts = attempts + 1, state = :state, due_at = coalesce(:due_at, due_at)"
                " WHERE callback_id = :id",
                id=callback.id,
                state=state,
                due_at=retry_at,
            )

    def log(self) -> list[Delivery]:
        """Return every attempt, oldest first."""
        rows = self._store.all(
            "SELECT callback_id, payment_id, invoice_id, callbacks.method AS method, url, attempt,"
            " deliveries.status AS status, body, at"
            " FROM deliveries JOIN callbacks USING (callback_id) JOIN payments USING (payment_id)"
            " ORDER BY delivery_id"
        )
        return [Delivery(**row) for row in rows]
