"""The contracts of `Clock` and `Entropy`. Define fixtures `clock` and `entropy`."""

from datetime import UTC
from string import ascii_lowercase

from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import Entropy


class ClockContract:
    """Tells the time."""

    def test_the_time_is_in_utc(self, clock: Clock) -> None:
        assert clock.now().tzinfo is UTC


class EntropyContract:
    """Generates ids and references."""

    def test_ids_are_unique(self, entropy: Entropy) -> None:
        assert len({entropy.new_id() for _ in range(10_000)}) == 10_000

    def test_later_ids_sort_after_earlier_ones(self, entropy: Entropy) -> None:
        ids = [entropy.new_id() for _ in range(1_000)]
        assert ids == sorted(ids)

    def test_ids_are_uuids_of_version_7(self, entropy: Entropy) -> None:
        assert {entropy.new_id().version for _ in range(100)} == {7}

    def test_pick_draws_from_the_whole_alphabet(self, entropy: Entropy) -> None:
        assert set(entropy.pick(ascii_lowercase, 10_000)) == set(ascii_lowercase)
        assert entropy.pick("a", 3) == "aaa"
        assert entropy.pick(ascii_lowercase, 0) == ""

    def test_each_character_of_a_long_draw_can_be_any_of_the_alphabet(self, entropy: Entropy) -> None:
        draws = [entropy.pick("abcdefgh", 100) for _ in range(300)]
        assert {frozenset(position) for position in zip(*draws, strict=True)} == {frozenset("abcdefgh")}

    def test_long_draws_are_unique(self, entropy: Entropy) -> None:
        assert len({entropy.pick(ascii_lowercase, 20) for _ in range(1_000)}) == 1_000
