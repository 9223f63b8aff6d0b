"""The lines of an iCalendar file that say when somebody is busy; the rest is not even parsed.

Most of a feed is text and invitations. Without them it is parsed several times as fast, and what is wrong in them does
not matter.
"""

import re
from typing import Final

from booking_domain.scheduling.feeds import FeedUnreadable

MAX_COMPONENTS: Final = 10_000
"""Events and the like in one file; parsing so many takes a few seconds."""
NOT_ICALENDAR: Final = "it is not an iCalendar file"
BROKEN_OFF: Final = "it breaks off before its end, or is not well formed"
TOO_MUCH: Final = "it holds too many events, or they repeat too often"

_BOM: Final = b"\xef\xbb\xbf"
_FOLD: Final = re.compile(rb"(?:(?<!\n)\r\n|(?<![\r\n])\n)(?:\r?\n)*[ \t]")
"""RFC 5545 §3.1; and empty lines, as icalendar has it."""
_LINE_END: Final = re.compile(rb"\r?\n")
_SAYS_WHEN: Final = re.compile(
    rb"[ \t]*(BEGIN|END|CALSCALE|X-WR-TIMEZONE|TZID|TZNAME|TZOFFSETFROM|TZOFFSETTO|UID|SEQUENCE|RECURRENCE-ID|"
    rb"DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|STATUS|TRANSP|FREEBUSY)(?![A-Z0-9-])",
    re.IGNORECASE,
)
"""A line without a colon is kept, too: what is malformed has to be seen by the parser, which refuses it."""
_INSIDE: Final = {
    b"": {b"VCALENDAR"},
    b"VCALENDAR": {b"VEVENT", b"VFREEBUSY", b"VTIMEZONE"},
    b"VTIMEZONE": {b"STANDARD", b"DAYLIGHT"},
}
"""Which component is read inside which (RFC 5545 §3.6): no alarm, no to-do, and nothing deeper."""


def lines_that_say_when(file: bytes) -> bytes:
    """The file without what does not matter here, unfolded.

    Raises:
        FeedUnreadable: not iCalendar, a component that is not closed, or more than `MAX_COMPONENTS`.
    """
    place = _Place()
    kept: list[bytes] = []
    for line in _LINE_END.split(_FOLD.sub(b"", file.removeprefix(_BOM))):
        found = _SAYS_WHEN.match(line)
        if found is None:
            continue
        word, value = found[1].upper(), line[found.end() :].removeprefix(b":").strip().upper()
        if word == b"BEGIN":
            place.enter(value)
        if place.is_read:
            kept.append(line)
        if word == b"END":
            place.leave(value)
    if place.path or not kept:
        raise FeedUnreadable(why=BROKEN_OFF if place.path else NOT_ICALENDAR)
    return b"\r\n".join([*kept, b""])


class _Place:
    """Inside which components a line stands."""

    def __init__(self) -> None:
        self.path: list[bytes] = []
        self._entered = 0
        self._depth_read = 0
        """How many components of the path are read; those inside them are not."""

    @property
    def is_read(self) -> bool:
        """Whether the line matters; one outside of any component is no line of a calendar."""
        if not self.path:
            raise FeedUnreadable(why=NOT_ICALENDAR)
        return self._depth_read == len(self.path)

    def enter(self, component: bytes) -> None:
        parent = self.path[-1] if self.path else b""
        if self._depth_read == len(self.path) and component in _INSIDE.get(parent, ()):
            self._depth_read += 1
        elif not self.path:
            raise FeedUnreadable(why=NOT_ICALENDAR)
        self.path.append(component)
        self._entered += 1
        if self._entered > MAX_COMPONENTS:
            raise FeedUnreadable(why=TOO_MUCH)

    def leave(self, component: bytes) -> None:
        if self.path.pop() != component:
            raise FeedUnreadable(why=BROKEN_OFF)
        self._depth_read = min(self._depth_read, len(self.path))
