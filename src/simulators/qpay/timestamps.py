"""Conversion between Unix seconds, used inside the simulator, and QPay's timestamp formats."""

import datetime as dt

ULAANBAATAR = dt.timezone(dt.timedelta(hours=8))


def as_iso(seconds: float) -> str:
    """Format as ISO 8601 in UTC with milliseconds.

    >>> as_iso(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    instant = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> float:
    """Parse an ISO 8601 timestamp; without an offset it is in Ulaanbaatar time (UTC+8), the zone of QPay's merchants.

    Raises:
        ValueError: the text is not a timestamp.
    """
    instant = dt.datetime.fromisoformat(text.strip())
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=ULAANBAATAR)
    return instant.timestamp()
