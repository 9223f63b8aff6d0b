"""Sealed fields: who has the key reads them where they were put, and nobody else reads them anywhere."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.security.encryption import AesGcmFieldCipher, CannotOpen

ROW, OTHER = UUID(int=1), UUID(int=2)
OLD, NEW, INDEX = (
    "the secret of last year; 32 long",
    "the secret of this year; 32 long",
    "what is found by; 32 characters",
)
FIELD = "users.phone"
PHONE = "+97699112233"


@pytest.fixture
def cipher() -> AesGcmFieldCipher:
    return AesGcmFieldCipher(NEW, INDEX, previous=[OLD])


@given(text=st.text(st.characters(exclude_categories=["Cs"])), row=st.uuids())
def test_what_is_sealed_opens_in_its_place(text: str, row: UUID) -> None:
    cipher = AesGcmFieldCipher(NEW, INDEX)
    sealed = cipher.seal(text, field=FIELD, row=row)
    assert cipher.open(sealed, field=FIELD, row=row) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_the_same_text_is_never_sealed_the_same_twice(cipher: AesGcmFieldCipher) -> None:
    assert len({cipher.seal(PHONE, field=FIELD, row=ROW) for _ in range(100)}) == 100


@pytest.mark.parametrize(("field", "row"), [("users.address", ROW), (FIELD, OTHER)])
def test_what_was_copied_to_another_place_does_not_open(cipher: AesGcmFieldCipher, field: str, row: UUID) -> None:
    sealed = cipher.seal(PHONE, field=FIELD, row=ROW)
    with pytest.raises(CannotOpen):
        cipher.open(sealed, field=field, row=row)


def test_no_changed_bit_opens(cipher: AesGcmFieldCipher) -> None:
    sealed = cipher.seal(PHONE, field=FIELD, row=ROW)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            cipher.open(bytes(changed), field=FIELD, row=ROW)
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            cipher.open(sealed[:length], field=FIELD, row=ROW)


def test_an_earlier_key_opens_what_it_sealed_and_seals_nothing(cipher: AesGcmFieldCipher) -> None:
    old = AesGcmFieldCipher(OLD, INDEX).seal(PHONE, field=FIELD, row=ROW)
    assert cipher.open(old, field=FIELD, row=ROW) == PHONE
    assert not cipher.is_current(old)
    new = cipher.seal(PHONE, field=FIELD, row=ROW)
    assert cipher.is_current(new)
    with pytest.raises(CannotOpen):
        AesGcmFieldCipher(OLD, INDEX).open(new, field=FIELD, row=ROW)


def test_an_index_is_the_same_for_the_same_text_of_a_field_under_any_key_but_its_own(cipher: AesGcmFieldCipher) -> None:
    index = cipher.index(PHONE, field=FIELD)
    assert AesGcmFieldCipher(OLD, INDEX).index(PHONE, field=FIELD) == index
    others = {
        cipher.index(PHONE, field="users.other"),
        cipher.index("+97699112234", field=FIELD),
        AesGcmFieldCipher(NEW, OLD).index(PHONE, field=FIELD),
    }
    assert index not in others
    assert len(others) == 3


def test_messages_of_errors_quote_nothing_that_was_sealed(cipher: AesGcmFieldCipher) -> None:
    sealed = cipher.seal(PHONE, field=FIELD, row=ROW)
    with pytest.raises(CannotOpen) as error:
        cipher.open(sealed, field=FIELD, row=OTHER)
    assert PHONE not in str(error.value)
