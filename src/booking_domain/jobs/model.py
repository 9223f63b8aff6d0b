"""A job that failed after all its attempts. It is kept, so that nothing is lost, and nothing repeats for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.errors import NotFound

ParkedJobId = NewType("ParkedJobId", UUID)

PAUSES: Final = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(days=1),
    timedelta(days=1),
)
"""How long a job waits after each failure. After the last pause it is given up."""
_MAX_ERROR: Final = 100


class ParkedJobNotFound(NotFound, code="job.not_found"):
    """There is no such parked job; it may have succeeded since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedJob:
    """A job with its arguments. Equal jobs are parked once."""

    id: ParkedJobId
    name: str
    arguments: str
    """JSON: an object of strings, which contain ids."""
    lock: str | None
    """Jobs with the same lock run one after the other."""
    error: str
    """The type of the last error; its text may contain personal data."""
    failures: int = 1
    """How often the job has failed after all its attempts."""
    parked_at: datetime
    """When it last failed."""
    retry_at: datetime | None
    """When it is repeated; None: it was given up, and an admin may repeat it."""

    @classmethod
    def first(cls, name: str, arguments: Mapping[str, str], lock: str | None, error: Exception, now: datetime) -> Self:
        """A job that was not parked before."""
        return cls(
            id=parked_job_id(name, arguments),
            name=name,
            arguments=_written(arguments),
            lock=lock,
            error=_named(error),
            parked_at=now,
            retry_at=now + PAUSES[0],
        )

    @property
    def given_up(self) -> bool:
        """Whether only an admin repeats it."""
        return self.retry_at is None

    def due(self, now: datetime) -> bool:
        """Whether it is time to repeat it."""
        return self.retry_at is not None and self.retry_at <= now

    def failed_again(self, error: Exception, now: datetime) -> Self:
        """The job after another failure."""
        pause = PAUSES[self.failures] if self.failures < len(PAUSES) else None
        return replace(
            self,
            error=_named(error),
            failures=self.failures + 1,
            parked_at=now,
            retry_at=None if pause is None else now + pause,
        )

    def retried(self, now: datetime) -> Self:
        """The job that an admin repeats now."""
        return replace(self, retry_at=now)


def parked_job_id(name: str, arguments: Mapping[str, str]) -> ParkedJobId:
    """Return the id under which a job with these arguments is parked."""
    digest = sha256(f"{name}\0{_written(arguments)}".encode()).digest()
    return ParkedJobId(UUID(bytes=digest[:16], version=5))


def _written(arguments: Mapping[str, str]) -> str:
    return json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False)


def _named(error: Exception) -> str:
    return type(error).__name__[:_MAX_ERROR]
