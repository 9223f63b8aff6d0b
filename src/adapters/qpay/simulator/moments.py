"""Instants as QPay writes and reads them; inside the simulator an instant is Unix seconds."""

import datetime as dt

ULAANBAATAR = dt.timezone(dt.timedelta(hours=8))


def as_iso(seconds: float) -> str:
    """Write an instant with milliseconds in UTC.

    >>> as_iso(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    moment = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> float:
    """Read an ISO 8601 instant; one without an offset is of Ulaanbaatar (UTC+8), where QPay's merchants live.

    Raises:
        ValueError: the text is no such instant.
    """
    moment = dt.datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ULAANBAATAR)
    return moment.timestamp()
