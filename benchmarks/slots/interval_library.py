"""The peer: the same computation with the interval library `portion`, with integers in and out.

`one_by_one` is the straightforward version: each open range minus the busy ranges. `batched` builds one interval of all
open ranges and one of all busy ranges, subtracts once, and cuts the rest into slots. Two other variants were measured:
an overlap test per candidate takes twice as long as `batched`; intersecting each open range with the complement takes
as long.
"""

import portion

from benchmarks.slots.workloads import Week


def batched(  # noqa: PLR0917 - as the integers have it
    week: Week,
    midnights: list[int],
    busy: list[tuple[int, int]],
    window: tuple[int, int],
    now: int,
    step: int,
    length: int,
    before: int,
    after: int,
    notice: int,
) -> list[int]:
    """Subtract all busy ranges from all open ranges at once."""
    lowest = max(window[0], now + notice)
    ranges = _open(week, midnights, lowest, window[1])
    opened = portion.Interval(*[portion.closedopen(opens, closes) for opens, closes in ranges])
    taken = portion.Interval(*[portion.closedopen(start - after, end + before) for start, end in busy])
    found: list[int] = []
    coming = iter(ranges)
    opens, closes = next(coming, (0, 0))
    for piece in opened - taken:
        lower = piece.lower
        while closes <= lower:
            opens, closes = next(coming)
        found += _cut(opens, max(lower, lowest), min(piece.upper - length + 1, window[1]), step)
    return found


def one_by_one(  # noqa: PLR0917 - as the integers have it
    week: Week,
    midnights: list[int],
    busy: list[tuple[int, int]],
    window: tuple[int, int],
    now: int,
    step: int,
    length: int,
    before: int,
    after: int,
    notice: int,
) -> list[int]:
    """Subtract the busy ranges from each open range."""
    lowest = max(window[0], now + notice)
    taken = portion.empty()
    for start, end in busy:
        taken |= portion.closedopen(start - after, end + before)
    found: list[int] = []
    for opens, closes in _open(week, midnights, lowest, window[1]):
        for piece in portion.closedopen(opens, closes) - taken:
            found += _cut(opens, max(piece.lower, lowest), min(piece.upper - length + 1, window[1]), step)
    return found


def _open(week: Week, midnights: list[int], lowest: int, highest: int) -> list[tuple[int, int]]:
    first, last = lowest // 1440 - 1, highest // 1440 + 1
    return [
        (midnights[day] + opens, midnights[day] + closes)
        for day in range(first + (midnights[first + 1] <= lowest), last + (midnights[last] < highest))
        for opens, closes in week[(day + 3) % 7]
    ]


def _cut(opens: int, lowest: int, highest: int, step: int) -> range:
    """The starts in `[lowest, highest)` at multiples of `step` after `opens`."""
    return range(lowest + (opens - lowest) % step, highest, step)
