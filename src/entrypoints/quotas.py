"""The default rate limits, by class of request."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from booking_domain.shared.rate_limits import Limit

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
QUOTAS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        # Per account, or per address without an access token; counted by each process separately.
        "read": Limit(12_000, _MINUTE),
        "create": Limit(12_000, _MINUTE),
        "default": Limit(12_000, _MINUTE),
        "webhook": Limit(12_000, _MINUTE),
        # Registration, login, refresh, codes and passwords: per address, and per account with an access token; shared
        # by all processes.
        "auth": Limit(1_200, _MINUTE),
        # Exports of an account, per account; shared by all processes.
        "export": Limit(10, _HOUR),
        # Changes of external calendars, each of which is read at once, per account; shared by all processes.
        "feeds": Limit(10, _HOUR),
        # Announced and completed uploads, per account; shared by all processes.
        "uploads": Limit(600, _HOUR),
        # Tests and replays of webhooks, each of which makes requests to a server of the account's choice, per account;
        # shared by all processes.
        "webhook-requests": Limit(60, _HOUR),
        # Failed logins: per login and address, and per login from all addresses. The second limit is ten times the
        # first, so that a single address cannot lock out the account's owner.
        "login": Limit(10, _MINUTE),
        "login-anywhere": Limit(100, _MINUTE),
        # Wrong passwords and codes: per address, over all logins. From one limit to the next the wait grows. Many users
        # can share an address, so what was right does not count.
        "guesses": Limit(60, 15 * _MINUTE),
        "guesses-hour": Limit(120, _HOUR),
        "guesses-hours": Limit(240, 4 * _HOUR),
        "guesses-day": Limit(600, 24 * _HOUR),
    }
)
_QUOTA: Final = re.compile(r"([a-z-]+)=([0-9]{1,9})/([0-9]{1,5})")


def quotas(text: str) -> Mapping[str, Limit]:
    """The limits with changes such as `login=5/60,read=1000/10`: the quota, and the window in seconds."""
    changed = dict(QUOTAS)
    for part in text.split(","):
        found = _QUOTA.fullmatch(part.strip())
        if found is None or found[1] not in QUOTAS or not int(found[2]) or not int(found[3]):
            raise ValueError(part)
        changed[found[1]] = Limit(int(found[2]), timedelta(seconds=int(found[3])))
    return MappingProxyType(changed)
