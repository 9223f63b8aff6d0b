"""The rate limits as data: which class of requests may be made how often."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from booking_domain.shared.rate_limits import Limit

_MINUTE: Final = timedelta(minutes=1)
QUOTAS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        # By account, and by address for those who are not signed in; counted by each process for itself.
        "read": Limit(12_000, _MINUTE),
        "create": Limit(12_000, _MINUTE),
        "default": Limit(12_000, _MINUTE),
        "webhook": Limit(12_000, _MINUTE),
        # Counted by all processes together: requests to register, log in and refresh, and those about codes
        # and passwords: by address, and by account for those who are signed in.
        "auth": Limit(1_200, _MINUTE),
        # Exports of an account, per account; shared by all processes.
        "export": Limit(10, timedelta(hours=1)),
        # Failures to log in: by login and address; and by login from wherever, which it takes ten addresses to reach,
        # so that nobody alone locks somebody else out.
        "login": Limit(10, _MINUTE),
        "login-anywhere": Limit(100, _MINUTE),
    }
)
_QUOTA: Final = re.compile(r"([a-z-]+)=([0-9]{1,9})/([0-9]{1,5})")


def quotas(text: str) -> Mapping[str, Limit]:
    """The limits with some of them changed, as in `login=5/60,read=1000/10`; seconds come after the stroke."""
    changed = dict(QUOTAS)
    for part in text.split(","):
        found = _QUOTA.fullmatch(part.strip())
        if found is None or found[1] not in QUOTAS or not int(found[2]) or not int(found[3]):
            raise ValueError(part)
        changed[found[1]] = Limit(int(found[2]), timedelta(seconds=int(found[3])))
    return MappingProxyType(changed)
