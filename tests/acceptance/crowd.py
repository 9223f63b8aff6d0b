"""People who book and read all the time while something is deployed."""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import Self

from tests.acceptance.people import Person, Studio
from tests.acceptance.product import eventually


class Crowd(ABC):
    """Each person has a thread and slots of their own, and stops when the crowd leaves.

    `between` is how many answers `more` waits for, `pace_seconds` the pause of each person.
    """

    def __init__(
        self, studio: Studio, people: Sequence[Person], *, days: int, between: int, pace_seconds: float
    ) -> None:
        self.answers: Counter[tuple[str, int | str]] = Counter()
        self._between = between
        self._pace_seconds = pace_seconds
        self._over = threading.Event()
        slots = studio.slots(days_ahead=2, days=days)
        self._threads = [
            threading.Thread(target=self._live, args=(studio.id, person, slots[place :: len(people)]))
            for place, person in enumerate(people)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def more(self) -> None:
        """Wait until as many more requests were answered as lie between two steps."""
        before = self.answers.total()
        eventually(lambda: self.answers.total() >= before + self._between, what="more answers")

    def _goes_on(self) -> bool:
        """Pause, and say whether the person goes on."""
        return not self._over.wait(self._pace_seconds)

    @abstractmethod
    def _live(self, provider_id: str, person: Person, slots: Sequence[str]) -> None:
        """Book and read until the crowd leaves."""
