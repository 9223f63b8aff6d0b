"""One-time codes under a key, and the list of common passwords."""

import pytest

from adapters.security.common_passwords import LIST, CommonPasswords
from adapters.security.one_time_codes import HmacSecretCodes
from booking_domain.identity.one_time_codes import SecretCodes
from booking_domain.testing.contracts.credentials import SecretCodesContract


class TestSecretCodes(SecretCodesContract):
    @pytest.fixture
    def secret_codes(self) -> SecretCodes:
        return HmacSecretCodes(b"key")

    @pytest.fixture
    def strangers_secret_codes(self) -> SecretCodes:
        return HmacSecretCodes(b"another key")


@pytest.mark.parametrize("password", ["password1", "12345678", "QWERTYUIOP", "iloveyou", "Football1"])
def test_what_is_common_is_known_in_any_case(password: str) -> None:
    assert CommonPasswords().contains(password)


@pytest.mark.parametrize("password", ["", "correct-horse-battery", "nine blue lanterns", "# 16285 common", "нууц үг"])
def test_what_is_not_is_not(password: str) -> None:
    assert not CommonPasswords().contains(password)


def test_the_list_says_where_it_is_from_and_is_sorted_and_long_enough() -> None:
    header, _, passwords = LIST.read_text(encoding="ascii").partition("\n\n")
    listed = passwords.splitlines()
    assert "BSD-3-Clause" in header
    assert "MIT" in header
    assert header.startswith(f"# {len(listed)} common passwords")
    assert listed == sorted(set(listed))
    assert all(len(each) >= 8 and each == each.casefold() for each in listed)
    assert len(listed) > 3_000
