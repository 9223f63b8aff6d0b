"""Properties of one-time codes under any clock, and of passwords."""

from dataclasses import replace
from datetime import timedelta
from string import ascii_lowercase
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.stage import Stage

from booking_domain.identity.errors import InvalidCode, TooManyCodes
from booking_domain.identity.model import MAX_PASSWORD, MIN_PASSWORD
from booking_domain.identity.one_time_codes import (
    CLOCKS_DIFFER,
    CODE_LIFE,
    COOL_DOWN,
    DAY,
    MOST_A_DAY,
    MOST_GUESSES,
    CodePurpose,
    Contact,
    ContactChannel,
    OneTimeCode,
)
from booking_domain.identity.passwords import KnownPasswords, PasswordPolicy
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import CodeId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemorySecretCodes
from booking_domain.use_cases.identity.one_time_codes import (
    CodeGuess,
    RequestCode,
    VerifyContact,
    request_code,
    sweep_codes,
    verify_contact,
)

SECRETS = MemorySecretCodes()
JUMPS = st.timedeltas(min_value=timedelta(days=-40), max_value=timedelta(days=40))
STEPS = st.timedeltas(min_value=timedelta(seconds=-90), max_value=timedelta(minutes=7))


class Known(KnownPasswords):
    def contains(self, password: str) -> bool:
        return password.casefold() == "sunflower"


POLICY = PasswordPolicy(known=Known())


async def test_a_swept_code_stays_dead_when_the_clock_is_set_back(stage: Stage) -> None:
    user = stage.cast.customer
    assert user.phone is not None
    contact = Contact(ContactChannel.PHONE, user.phone)
    code = await stage.by_platform(request_code, RequestCode(contact, CodePurpose.VERIFY, user))
    stage.clock.advance(CODE_LIFE)
    await stage.by_platform(sweep_codes, None)
    stage.clock.advance(-CODE_LIFE)
    guess = CodeGuess(contact, CodePurpose.VERIFY, SECRETS.code(code.id, code.purpose))
    with pytest.raises(InvalidCode):
        await stage.by_platform(verify_contact, VerifyContact(guess, None))


async def test_a_code_is_refused_once_the_account_has_another_contact(stage: Stage) -> None:
    user = stage.cast.customer
    contact = Contact(ContactChannel.PHONE, "+97699112233")  # not theirs, any more
    code = await stage.by_platform(request_code, RequestCode(contact, CodePurpose.VERIFY, user))
    guess = CodeGuess(contact, CodePurpose.VERIFY, SECRETS.code(code.id, code.purpose))
    with pytest.raises(InvalidCode):
        await stage.by_platform(verify_contact, VerifyContact(guess, None))


def _issued(former: list[OneTimeCode], purpose: CodePurpose, now: timedelta) -> OneTimeCode:
    return OneTimeCode.issue(
        former, contact=b"c", purpose=purpose, code_id=CodeId(UUID(int=1)), user_id=None, now=NOW + now
    )


@given(st.lists(JUMPS | STEPS, max_size=12))
def test_a_refused_code_stays_refused_even_if_the_clock_moves(jumps: list[timedelta]) -> None:
    code, now, refused = _issued([], CodePurpose.LOGIN, timedelta(0)), NOW, False
    for jump in jumps:
        now += jump
        good = code.is_usable(now)
        assert not (good and refused)
        assert not good or -CLOCKS_DIFFER <= now - NOW < CODE_LIFE
        if not good:
            code, refused = code.used_up(), True


@given(st.lists(st.tuples(st.sampled_from(CodePurpose), STEPS), max_size=60))
def test_codes_are_a_minute_apart_and_at_most_ten_a_day(asked: list[tuple[CodePurpose, timedelta]]) -> None:
    kept: dict[CodePurpose, OneTimeCode] = {}
    issued: list[tuple[CodePurpose, timedelta]] = []
    waits: list[int] = []
    now = timedelta(0)
    for purpose, step in asked:
        now += abs(step)
        try:
            kept[purpose] = _issued(list(kept.values()), purpose, now)
        except TooManyCodes as error:
            waits.append(error.retry_after_seconds)
            continue
        assert kept[purpose].guesses_left == MOST_GUESSES
        assert all(now - at >= COOL_DOWN for other, at in issued if other is purpose)
        issued.append((purpose, now))
    assert all(1 <= wait <= DAY.total_seconds() for wait in waits)
    # Days begin with their first code, one for each purpose: none is longer than a day.
    assert len([at for _, at in issued if at < DAY]) <= MOST_A_DAY


@given(st.text(min_size=MIN_PASSWORD, max_size=MAX_PASSWORD))
def test_a_password_is_returned_unchanged_or_refused(password: str) -> None:
    try:
        assert POLICY.check(password) == password
    except InvalidValue:
        assert len(set(password.casefold())) == 1 or "booking" in password.casefold()


@pytest.mark.parametrize(
    ("length", "taken"), [(0, False), (7, False), (8, True), (64, True), (128, True), (256, True), (257, False)]
)
def test_a_password_has_8_to_256_characters(length: int, *, taken: bool) -> None:
    password = ("nine blue lanterns, " * 13)[:length]
    if taken:
        assert POLICY.check(password) == password
    else:
        with pytest.raises(InvalidValue):
            POLICY.check(password)


@given(st.text(ascii_lowercase + "_- ", max_size=8), st.text(ascii_lowercase, min_size=4, max_size=12), st.data())
def test_a_password_that_contains_the_accounts_own_words_is_refused(before: str, own: str, data: st.DataObject) -> None:
    cased = "".join(data.draw(st.sampled_from([each, each.upper()])) for each in own)
    text = data.draw(st.sampled_from([own, f"{own}@example.com", f"Dr. {own.title()}", f"a.{own}@example.com"]))
    with pytest.raises(InvalidValue) as refused:
        POLICY.check(f"{before}{cased}-2026!", (None, text))
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["sunflower", "SunFlower", "x" * 9, "Booking 2026", "x" * 7, "ab" * 129])
def test_a_common_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidValue):
        POLICY.check(password)


@pytest.mark.parametrize("password", ["sunflowers", "xy" * 4, "nine blue lanterns", "xy" * 128, "12345 sieben"])
def test_other_passwords_are_accepted(password: str) -> None:
    assert POLICY.check(password, ("Bat", "ab@example.com", "+97699112233")) == password


def test_the_composition_rule_requires_letters_of_both_cases_and_a_digit() -> None:
    strict = replace(POLICY, composition=True)
    for refused in ("nine blue lanterns", "2026 1123 0900", "7 blue lanterns", "7 BLUE LANTERNS", "Nine blue lanterns"):
        with pytest.raises(InvalidValue):
            strict.check(refused)
    for accepted in ("7 Blue lanterns", "Есөн хөх дэнлүү 9", "نه فانوس آبی ۹"):
        assert strict.check(accepted)
