"""Encrypted fields decrypt only with the right key, in their own row and field."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.security.encryption import AesGcmFieldCipher, DecryptionError

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
def test_encryption_round_trips(text: str, row: UUID) -> None:
    cipher = AesGcmFieldCipher(NEW, INDEX)
    ciphertext = cipher.encrypt(text, field=FIELD, row=row)
    assert cipher.decrypt(ciphertext, field=FIELD, row=row) == text
    assert len(text) < 4 or text.encode() not in ciphertext


def test_equal_texts_have_different_ciphertexts(cipher: AesGcmFieldCipher) -> None:
    assert len({cipher.encrypt(PHONE, field=FIELD, row=ROW) for _ in range(100)}) == 100


@pytest.mark.parametrize(("field", "row"), [("users.address", ROW), (FIELD, OTHER)])
def test_a_ciphertext_copied_to_another_row_or_field_does_not_decrypt(
    cipher: AesGcmFieldCipher, field: str, row: UUID
) -> None:
    ciphertext = cipher.encrypt(PHONE, field=FIELD, row=ROW)
    with pytest.raises(DecryptionError):
        cipher.decrypt(ciphertext, field=field, row=row)


def test_no_modified_ciphertext_decrypts(cipher: AesGcmFieldCipher) -> None:
    ciphertext = cipher.encrypt(PHONE, field=FIELD, row=ROW)
    for bit in range(len(ciphertext) * 8):
        changed = bytearray(ciphertext)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DecryptionError):
            cipher.decrypt(bytes(changed), field=FIELD, row=ROW)
    for length in range(len(ciphertext)):
        with pytest.raises(DecryptionError):
            cipher.decrypt(ciphertext[:length], field=FIELD, row=ROW)


def test_a_previous_key_decrypts_but_does_not_encrypt(cipher: AesGcmFieldCipher) -> None:
    old = AesGcmFieldCipher(OLD, INDEX).encrypt(PHONE, field=FIELD, row=ROW)
    assert cipher.decrypt(old, field=FIELD, row=ROW) == PHONE
    assert not cipher.is_current(old)
    new = cipher.encrypt(PHONE, field=FIELD, row=ROW)
    assert cipher.is_current(new)
    with pytest.raises(DecryptionError):
        AesGcmFieldCipher(OLD, INDEX).decrypt(new, field=FIELD, row=ROW)


def test_an_index_depends_on_text_field_and_index_key_only(cipher: AesGcmFieldCipher) -> None:
    index = cipher.index(PHONE, field=FIELD)
    assert AesGcmFieldCipher(OLD, INDEX).index(PHONE, field=FIELD) == index
    others = {
        cipher.index(PHONE, field="users.other"),
        cipher.index("+97699112234", field=FIELD),
        AesGcmFieldCipher(NEW, OLD).index(PHONE, field=FIELD),
    }
    assert index not in others
    assert len(others) == 3


def test_error_messages_do_not_contain_the_text(cipher: AesGcmFieldCipher) -> None:
    ciphertext = cipher.encrypt(PHONE, field=FIELD, row=ROW)
    with pytest.raises(DecryptionError) as error:
        cipher.decrypt(ciphertext, field=FIELD, row=OTHER)
    assert PHONE not in str(error.value)
