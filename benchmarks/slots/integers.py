"""The floor: as tight as we could write it in Python, integers in and integers out.

No types, no exceptions, no blocks, no caps, no holds that lapse, no hours past midnight, no change of clocks within the
opening hours, one zone, and no ends of slots: only what the workloads need. It walks once through open ranges and busy
ones together and never looks at a start that is taken. Some twenty ways of writing it were measured (ranges of starts,
generators, `cycle`, `next` with a default, flattened spans, busy ranges outside and open ones inside); this is the
fastest.
"""

from bisect import bisect_left

_NEVER = 1 << 29  # more than that is no longer one digit of an integer in CPython, and slower


def starts(  # noqa: C901, PLR0912, PLR0917 - one function, as calls cost
    week: tuple[tuple[tuple[int, int], ...], ...],
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
    """Return the starts in order, in minutes since the epoch."""
    lowest = max(window[0], now + notice)
    highest = window[1]
    need = length + after
    first = lowest // 1440 - 1
    if midnights[first + 1] <= lowest:
        first += 1
    # 1970-01-01 was a Thursday.
    rules = [(day, opens, closes - length) for day in range(7) for opens, closes in week[(first + day + 3) % 7]]
    found: list[int] = []
    feed = iter(busy)
    taken = (
        free
    ) = -1  # The busy range that comes next: its first start that is taken, less one, and the first after it.
    for monday in range(first, highest // 1440 + 2, 7):
        for day, start, last in rules:
            midnight = midnights[monday + day]
            if midnight >= highest:
                break
            start += midnight  # noqa: PLW2901
            last += midnight  # noqa: PLW2901
            if taken < last:
                while True:
                    while start <= taken:
                        found.append(start)
                        start += step  # noqa: PLW2901
                    if free > last:
                        break
                    if start < free:
                        start = free + (start - free) % step  # noqa: PLW2901
                    for taken, free in feed:
                        taken -= need  # noqa: PLW2901
                        free += before  # noqa: PLW2901
                        break
                    else:
                        taken = free = _NEVER
                    if taken >= last:
                        while start <= last:
                            found.append(start)
                            start += step  # noqa: PLW2901
                        break
            else:
                while start <= last:
                    found.append(start)
                    start += step  # noqa: PLW2901
    return found[bisect_left(found, lowest) : bisect_left(found, highest)]
