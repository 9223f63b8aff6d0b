"""Histograms of times that requests and statements can afford."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import inf
from typing import Any, Final

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class _Times:
    """The times with the same labels."""

    __slots__ = ("counts", "exemplars", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.exemplars: list[tuple[tuple[str, str], float, float] | None] = [None] * len(self.counts)
        self.seconds = 0.0


class Timings(Collector):
    """A histogram with labels. All times are added on one thread, so it needs no lock.

    prometheus_client's own takes five times as long for each time, because it locks and looks labels up.
    """

    def __init__(self, name: str, documentation: str, labels: Sequence[str]) -> None:
        self._name = name
        self._documentation = documentation
        self._labels = labels
        self._found: dict[tuple[str | int, ...], _Times] = {}

    def add(self, labels: tuple[str | int, ...], seconds: float, exemplar: tuple[str, str] | None = None) -> None:
        """Add a time; the exemplar, a label and its value, says of what the newest of its size was the time."""
        times = self._found.get(labels)
        if times is None:
            times = self._found[labels] = _Times()
        place = bisect_left(BOUNDS, seconds)
        times.counts[place] += 1
        times.seconds += seconds
        if exemplar is not None:
            times.exemplars[place] = (exemplar, seconds, time.time())

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labels)
        for labels, times in list(self._found.items()):
            family.add_metric([str(each) for each in labels], list(_buckets(times)), times.seconds)
        yield family


def _buckets(times: _Times) -> Iterator[Any]:
    """Each bound with the number of times up to it and, if there is one, an exemplar."""
    for bound, count, exemplar in zip((*BOUNDS, inf), accumulate(times.counts), times.exemplars, strict=True):
        known = () if exemplar is None else (Exemplar(dict([exemplar[0]]), *exemplar[1:]),)
        yield ("+Inf" if bound == inf else str(bound), count, *known)
