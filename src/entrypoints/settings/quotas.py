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
        # Changes of external calendars, per account, because each change reads them at once; shared by all processes.
        "feeds": Limit(10, _HOUR),
        # Announced and completed uploads, per account; shared by all processes.
        "uploads": Limit(600, _HOUR),
        # Tests and replays of webhooks, per account, because each sends requests to a server of the account's choice;
        # shared by all processes.
        "webhook-requests": Limit(60, _HOUR),
        # Failed logins: per login and client, and per login from all strangers. The second limit is ten times the
        # first, so that a single address cannot lock out the account's owner.
        "login": Limit(10, _MINUTE),
        "login-anywhere": Limit(100, _MINUTE),
        # Codes that strangers request: per contact and address, so that one address leaves some to others.
        "codes": Limit(5, 24 * _HOUR),
        # Wrong passwords and codes: per client, over all logins. The wait grows from one limit to the next. Right ones
        # do not count, because many users can share an address.
        "guesses": Limit(60, 15 * _MINUTE),
        "guesses-hour": Limit(120, _HOUR),
        "guesses-hours": Limit(240, 4 * _HOUR),
        "guesses-day": Limit(600, 24 * _HOUR),
    }
)
_QUOTA: Final = re.compile(r"([a-z-]+)=([0-9]{1,9})/([0-9]{1,5})")


def quotas(text: str) -> Mapping[str, Limit]:
    """The limits, with overrides such as `login=5/60,read=1000/10`: quota, then window in seconds."""
    changed = dict(QUOTAS)
    for part in text.split(","):
        found = _QUOTA.fullmatch(part.strip())
        if found is None or found[1] not in QUOTAS or not int(found[2]) or not int(found[3]):
            raise ValueError(part)
        changed[found[1]] = Limit(int(found[2]), timedelta(seconds=int(found[3])))
    return MappingProxyType(changed)
