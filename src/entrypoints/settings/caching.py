"""How long public answers are kept."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from entrypoints.settings.environment import Form, checked, setting, whole

_DAY: Final = 86_400
_REDIS: Final = Form(
    parse=checked(lambda text: urlsplit(text).scheme in {"redis", "rediss", "unix"}),
    rule="must begin with redis://, rediss:// or unix://",
    secret=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSettings:
    """Kept answers.

    Public answers are kept under the version of what they show, so they are not outdated. The times say how long an
    answer is kept at most; 0 keeps none.
    """

    url: str = setting("BOOKING_CACHE_URL", "", _REDIS, "a Redis nearby, if many API processes begin often")
    """The Redis in which API processes share what they keep: `redis://`, `rediss://` (with TLS) or `unix://`; empty:
    each keeps its own."""
    megabytes: int = setting("BOOKING_CACHE_MEGABYTES", 64, whole(1, 65_536))
    """How many megabytes of answers each API process keeps."""
    version_seconds: int = setting("BOOKING_PUBLIC_VERSION_SECONDS", 10, whole(0, 3_600))
    """How long an API process uses a version without reading it again, if it hears of no change; 0: each request reads
    it. It is how old an answer can be if a notification is lost unnoticed."""
    profiles: int = setting("BOOKING_CACHE_PROFILES_SECONDS", 3_600, whole(0, _DAY))
    """Profiles of providers and salons."""
    services: int = setting("BOOKING_CACHE_SERVICES_SECONDS", 1_800, whole(0, _DAY))
    """Services."""
    search: int = setting("BOOKING_CACHE_SEARCH_SECONDS", 300, whole(0, _DAY))
    """Results of searches."""
    availability: int = setting("BOOKING_CACHE_AVAILABILITY_SECONDS", 900, whole(0, _DAY))
    """Slots, and what else shows free time."""
