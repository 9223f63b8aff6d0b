"""Errors of the database as domain errors."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from booking_domain.shared.errors import ConcurrentChange, DomainError, StorageUnavailable

_SHARD: Final = re.compile(r"_\d{6,}$")
"""What Citus adds to the names of the constraints of a shard: `claims_during_excl_102040`."""
NO_CONFLICTS: Final[Mapping[str, Callable[[], DomainError]]] = {}


@contextmanager
def domain_errors(conflicts: Mapping[str, Callable[[], DomainError]] = NO_CONFLICTS) -> Iterator[None]:
    """Turn errors of the database into domain errors; `conflicts` has the error of each violated constraint.

    Any other error is a bug and is raised as it is.
    """
    try:
        yield
    except (pg.SerializationFailure, pg.DeadlockDetected) as error:
        raise ConcurrentChange(what="the same rows") from error
    except (pg.UniqueViolation, pg.ExclusionViolation, pg.ForeignKeyViolation) as error:
        name = error.diag.constraint_name or ""
        known = conflicts.get(name) or conflicts.get(_SHARD.sub("", name))
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
