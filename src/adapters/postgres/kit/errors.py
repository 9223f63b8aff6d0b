"""From the database's errors to the domain's: the one place that knows both. An unknown one goes through as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from booking_domain.catalogue.model import ProfileExists
from booking_domain.identity.errors import EmailTaken, PhoneTaken
from booking_domain.scheduling.errors import DateHasException
from booking_domain.shared.errors import ConcurrentChange, DomainError, StorageUnavailable

_BY_CONSTRAINT: Final[dict[str, Callable[[], DomainError]]] = {
    "users_email_key": EmailTaken,
    "users_phone_index_key": PhoneTaken,
    "providers_owner_id_key": ProfileExists,
    "availability_exceptions_provider_id_date_key": DateHasException,
    "bookings_reference_key": lambda: ConcurrentChange(what="booking reference"),
    "external_identities_pkey": lambda: ConcurrentChange(what="identity"),
    "external_identities_user_id_provider_key": lambda: ConcurrentChange(what="identity"),
    "transactions_one_pending_key": lambda: ConcurrentChange(what="payment"),
}


@contextmanager
def domain_errors() -> Iterator[None]:
    """Let only domain errors and bugs out."""
    try:
        yield
    except (pg.SerializationFailure, pg.DeadlockDetected) as error:
        raise ConcurrentChange(what="the same rows") from error
    except (pg.UniqueViolation, pg.ExclusionViolation) as error:
        known = _BY_CONSTRAINT.get(error.diag.constraint_name or "")
        if known is None:
            raise
        raise known() from error
    except (
        psycopg.OperationalError,  # connection lost, server shutting down, lock and statement time-outs
        pg.LockNotAvailable,
        pg.QueryCanceled,
        PoolTimeout,
        PoolClosed,
        TooManyRequests,
    ) as error:
        raise StorageUnavailable from error
