"""Reduces an iCalendar file to the lines that affect busy times.

Most of a feed is descriptions and attendees. Dropping them makes parsing several times faster, and errors in them do
not make the feed unreadable.
"""

import re
from typing import Final

from booking_domain.scheduling.feeds import FeedUnreadable

MAX_COMPONENTS: Final = 10_000
"""Components per file; parsing this many takes a few seconds."""
NOT_ICALENDAR: Final = "it is not an iCalendar file"
TRUNCATED: Final = "it breaks off before its end, or is not well formed"
LIMIT_EXCEEDED: Final = "it holds too many events, or they repeat too often"

_BOM: Final = b"\xef\xbb\xbf"
_FOLD: Final = re.compile(rb"(?:(?<!\n)\r\n|(?<![\r\n])\n)(?:\r?\n)*[ \t]")
"""Line folding (RFC 5545 §3.1), also across empty lines, as in icalendar."""
_LINE_END: Final = re.compile(rb"\r?\n")
_SCHEDULING_PROPERTY: Final = re.compile(
    rb"[ \t]*(BEGIN|END|CALSCALE|X-WR-TIMEZONE|TZID|TZNAME|TZOFFSETFROM|TZOFFSETTO|UID|SEQUENCE|RECURRENCE-ID|"
    rb"DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|STATUS|TRANSP|FREEBUSY)(?![A-Z0-9-])",
    re.IGNORECASE,
)
"""Also matches lines without a colon, so that the parser sees malformed lines and rejects the file."""
_CHILDREN: Final = {
    b"": {b"VCALENDAR"},
    b"VCALENDAR": {b"VEVENT", b"VFREEBUSY", b"VTIMEZONE"},
    b"VTIMEZONE": {b"STANDARD", b"DAYLIGHT"},
}
"""The components that are read, by parent (RFC 5545 §3.6); alarms, to-dos and deeper nesting are skipped."""


def scheduling_lines(file: bytes) -> bytes:
    """Unfold the file and keep only the lines that affect busy times.

    Raises:
        FeedUnreadable: the file is not iCalendar, a component is not closed, or there are over `MAX_COMPONENTS`.
    """
    stack = _ComponentStack()
    kept: list[bytes] = []
    for line in _LINE_END.split(_FOLD.sub(b"", file.removeprefix(_BOM))):
        found = _SCHEDULING_PROPERTY.match(line)
        if found is None:
            continue
        word, value = found[1].upper(), line[found.end() :].removeprefix(b":").strip().upper()
        if word == b"BEGIN":
            stack.enter(value)
        if stack.is_read:
            kept.append(line)
        if word == b"END":
            stack.leave(value)
    if stack.path or not kept:
        raise FeedUnreadable(why=TRUNCATED if stack.path else NOT_ICALENDAR)
    return b"\r\n".join([*kept, b""])


class _ComponentStack:
    """The components that enclose the current line."""

    def __init__(self) -> None:
        self.path: list[bytes] = []
        self._entered = 0
        self._depth_read = 0
        """How many leading components of `path` are read; anything nested deeper is skipped."""

    @property
    def is_read(self) -> bool:
        """Whether the line is kept; a line outside every component raises `FeedUnreadable`."""
        if not self.path:
            raise FeedUnreadable(why=NOT_ICALENDAR)
        return self._depth_read == len(self.path)

    def enter(self, component: bytes) -> None:
        parent = self.path[-1] if self.path else b""
        if self._depth_read == len(self.path) and component in _CHILDREN.get(parent, ()):
            self._depth_read += 1
        elif not self.path:
            raise FeedUnreadable(why=NOT_ICALENDAR)
        self.path.append(component)
        self._entered += 1
        if self._entered > MAX_COMPONENTS:
            raise FeedUnreadable(why=LIMIT_EXCEEDED)

    def leave(self, component: bytes) -> None:
        if self.path.pop() != component:
            raise FeedUnreadable(why=TRUNCATED)
        self._depth_read = min(self._depth_read, len(self.path))
