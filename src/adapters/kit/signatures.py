"""What the signatures of all webhooks have in common: a time in seconds since 1970, and a comparison in constant time.

Both take any text that a header can contain, and raise nothing: whatever is not right is refused.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)
"""How far a signed time may be from the recipient's clock, on either side."""
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


def recent(text: str, now: datetime) -> datetime | None:
    """The time that a sender signed, if it is within `TOLERANCE` of `now`.

    It is compared as a number first: most numbers of this length are no date.
    """
    if _SECONDS.fullmatch(text) is None or abs(int(text) - now.timestamp()) > TOLERANCE.total_seconds():
        return None
    return datetime.fromtimestamp(int(text), UTC)


def matches(received: str, signatures: Iterable[bytes]) -> bool:
    """Whether the text is one of the right signatures."""
    sent = received.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(each, sent) for each in signatures)
