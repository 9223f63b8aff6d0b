"""Which codes a second factor accepts, and how many wrong ones."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

import booking_domain
from booking_domain.identity.errors import InvalidSecondFactor, TooManyAttempts
from booking_domain.identity.second_factor import (
    FIRST_WAIT,
    MAX_WAITING_WINDOW,
    MOST_WRONG_IN_A_ROW,
    RECOVERY_CODES,
    STEP,
    SecondFactor,
)
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryTimeCodes, SeededEntropy

CODES: Final = MemoryTimeCodes()
DORJ: Final = UserId(UUID(int=7))
SECOND: Final = timedelta(seconds=1)


def shown(factor: SecondFactor, at: datetime) -> str:
    assert factor.secret is not None
    return CODES.code(factor.secret, at)


def wrong(factor: SecondFactor, now: datetime) -> str:
    near = {shown(factor, now + by * STEP) for by in (-1, 0, 1)}
    return next(code for code in ("000000", "000001", "000002", "000003") if code not in near)


def an_active_one() -> tuple[SecondFactor, tuple[str, ...]]:
    entropy = SeededEntropy()
    factor, secret = SecondFactor(user_id=DORJ).set_up(entropy)
    factor, refused = factor.confirmed(CODES.code(secret, NOW - STEP), CODES, NOW - STEP)
    assert refused is None
    return factor.with_recovery_codes(entropy)


def accepted(factor: SecondFactor, guess: str, now: datetime) -> SecondFactor:
    after, refused = factor.proved(guess, CODES, now)
    assert refused is None
    return after


def invalid(factor: SecondFactor, guess: str, now: datetime) -> SecondFactor:
    after, refused = factor.proved(guess, CODES, now)
    assert refused is not None
    assert isinstance(refused, InvalidSecondFactor)
    return after


def wait_of(factor: SecondFactor, guess: str, now: datetime) -> timedelta:
    """The delay in the error for a guess that is not compared."""
    after, refused = factor.proved(guess, CODES, now)
    assert refused is not None
    assert isinstance(refused, TooManyAttempts)
    assert after == factor
    return timedelta(seconds=refused.retry_after_seconds)


def test_a_secret_has_160_bits_and_is_not_accepted_until_it_is_confirmed() -> None:
    factor, secret = SecondFactor(user_id=DORJ).set_up(SeededEntropy())
    assert len(secret) * 5 == 160
    assert not factor.active
    invalid(factor, CODES.code(secret, NOW), NOW)
    confirmed, refused = factor.confirmed(CODES.code(secret, NOW), CODES, NOW)
    assert refused is None
    assert confirmed.active
    assert (confirmed.secret, confirmed.new_secret, confirmed.confirmed_at) == (secret, None, NOW)


def test_setting_up_again_replaces_the_secret() -> None:
    entropy = SeededEntropy()
    factor, first = SecondFactor(user_id=DORJ).set_up(entropy)
    factor, second = factor.set_up(entropy)
    assert first != second
    _, refused = factor.confirmed(CODES.code(first, NOW), CODES, NOW)
    assert refused is not None
    _, refused = factor.confirmed(CODES.code(second, NOW), CODES, NOW)
    assert refused is None


def test_a_factor_stays_active_until_its_replacement_is_confirmed() -> None:
    factor, _ = an_active_one()
    replaced, secret = factor.set_up(SeededEntropy(2))
    accepted(replaced, shown(factor, NOW), NOW)
    invalid(replaced, CODES.code(secret, NOW), NOW)
    confirmed, refused = replaced.confirmed(
        CODES.code(secret, NOW - STEP), CODES, NOW
    )  # a time step that the old secret has used
    assert refused is None
    assert confirmed.secret == secret
    invalid(confirmed, shown(factor, NOW), NOW)
    accepted(confirmed, CODES.code(secret, NOW), NOW)


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_a_code_one_time_step_off_is_accepted(by: int) -> None:
    factor, _ = an_active_one()
    now = NOW + timedelta(hours=1)
    accepted(factor, shown(factor, now + by * STEP), now)
    for off in (-2, 2):
        invalid(factor, shown(factor, now + off * STEP), now)


def test_no_code_is_accepted_twice_or_after_a_later_one() -> None:
    factor, _ = an_active_one()
    invalid(factor, shown(factor, NOW - STEP), NOW)  # the code that confirmed it
    earlier, present = shown(factor, NOW), shown(factor, NOW + STEP)
    used = accepted(factor, present, NOW + STEP)
    for code in (present, earlier):
        invalid(used, code, NOW + STEP)
    invalid(used, present, NOW + 2 * STEP)
    accepted(used, shown(factor, NOW + 2 * STEP), NOW + 2 * STEP)


def test_a_used_code_is_not_counted_as_a_wrong_one() -> None:
    factor, _ = an_active_one()
    used = accepted(factor, shown(factor, NOW), NOW)
    for _ in range(20):
        used = invalid(used, shown(factor, NOW), NOW)
    assert used.wrong_in_a_row == 0


def test_setting_the_clock_back_revives_no_code() -> None:
    factor, recovery = an_active_one()
    used = accepted(factor, shown(factor, NOW), NOW)
    for back in (STEP, timedelta(hours=2), timedelta(days=30)):
        invalid(used, shown(factor, NOW - back), NOW - back)
    accepted(used, recovery[0], NOW - timedelta(days=30))


def test_wrong_codes_delay_all_codes_longer_and_longer() -> None:
    factor, _ = an_active_one()
    now = NOW
    for _ in range(MOST_WRONG_IN_A_ROW):
        factor = invalid(factor, wrong(factor, now), now)
    waits = []
    for _ in range(9):
        waits.append(wait_of(factor, shown(factor, now), now))
        now += waits[-1]
        assert wait_of(factor, shown(factor, now - SECOND), now - SECOND) == SECOND
        factor = invalid(factor, wrong(factor, now), now)
    assert waits == [FIRST_WAIT * 2**times for times in range(7)] + [MAX_WAITING_WINDOW] * 2
    now += MAX_WAITING_WINDOW
    assert accepted(factor, shown(factor, now), now).wrong_in_a_row == 0


def test_at_most_five_guesses_in_15_minutes_and_400_in_a_year_are_compared() -> None:
    factor, _ = an_active_one()
    looked_at = []
    now = NOW
    while now < NOW + timedelta(days=365):
        factor, refused = factor.proved(wrong(factor, now), CODES, now)
        assert refused is not None
        if isinstance(refused, TooManyAttempts):
            now += timedelta(seconds=refused.retry_after_seconds)
        else:
            looked_at.append(now)
    assert all(sum(at <= each < at + FIRST_WAIT for each in looked_at) <= MOST_WRONG_IN_A_ROW for at in looked_at)
    assert len(looked_at) < 400


def test_a_clock_that_was_far_ahead_does_not_prolong_the_delay() -> None:
    factor, _ = an_active_one()
    ahead = NOW + timedelta(days=400)
    for _ in range(MOST_WRONG_IN_A_ROW):
        factor = invalid(factor, wrong(factor, ahead), ahead)
    accepted(factor, shown(factor, NOW), NOW)


def test_there_are_ten_recovery_codes_of_120_bits_each_accepted_once() -> None:
    factor, recovery = an_active_one()
    assert len(set(recovery)) == RECOVERY_CODES == 10
    assert {len(code.replace("-", "")) * 5 for code in recovery} == {120}
    assert factor.recovery_codes.isdisjoint(code.encode() for code in recovery)
    for number, code in enumerate(recovery):
        after = accepted(factor, code, NOW)
        assert len(after.recovery_codes) == RECOVERY_CODES - number - 1
        factor = invalid(after, code, NOW)


PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{} ", "-{}-"])
def test_a_recovery_code_is_accepted_in_any_case_spacing_and_digits(typed: str) -> None:
    factor, recovery = an_active_one()
    accepted(factor, typed.format(recovery[0]), NOW)
    accepted(factor, typed.format(recovery[1].upper().replace("-", " ")), NOW)
    accepted(factor, typed.format(recovery[2].replace("-", "")), NOW)
    accepted(factor, f"{shown(factor, NOW)[:3]} {shown(factor, NOW)[3:]}", NOW)
    accepted(factor, shown(factor, NOW).translate(PERSIAN), NOW)
    accepted(factor, recovery[3].translate(PERSIAN), NOW)


def test_a_recovery_code_is_accepted_during_the_delay_and_wrong_ones_are_not_counted() -> None:
    factor, recovery = an_active_one()
    for guess in ("", "nonsense", "六" * 6, "1234567", "a" * 64, "\ud800", *["aaaa-bbbb-cccc-dddd-eeee-ffff"] * 20):
        assert invalid(factor, guess, NOW) == factor
    for _ in range(MOST_WRONG_IN_A_ROW):
        factor = invalid(factor, wrong(factor, NOW), NOW)
    assert wait_of(factor, shown(factor, NOW), NOW) == FIRST_WAIT
    assert accepted(factor, recovery[0], NOW).wrong_in_a_row == 0


def test_the_recovery_code_of_another_account_is_refused() -> None:
    factor, recovery = an_active_one()
    invalid(replace(factor, user_id=UserId(UUID(int=8))), recovery[0], NOW)


def test_secrets_are_not_in_the_repr() -> None:
    factor, recovery = an_active_one()
    factor, secret = factor.set_up(SeededEntropy(3))
    assert factor.secret is not None
    for canary in (factor.secret, secret, recovery[0], str(next(iter(factor.recovery_codes)))):
        assert canary not in repr(factor)


def test_every_session_begins_where_the_second_factor_is_checked() -> None:
    source = Path(booking_domain.__file__).parents[1]
    found = {
        (path.relative_to(source).as_posix(), call)
        for path in source.rglob("*.py")
        if "testing" not in path.parts
        for call in ("Session.begin(", "sessions.add(")
        if call in path.read_text(encoding="utf-8")
    }
    sign_in = "booking_domain/use_cases/identity/authenticate.py"
    assert found == {(sign_in, "Session.begin("), (sign_in, "sessions.add(")}
    assert (source / sign_in).read_text(encoding="utf-8").count("sessions.add(") == 1
