from tests.unit.simulators.qpay.merchant import Merchant

POLYNOMIAL = 0x1021


def fields_of(text: str) -> dict[str, str]:
    fields = {}
    while text:
        tag, length, text = text[:2], int(text[2:4]), text[4:]
        assert len(text) >= length
        fields[tag], text = text[:length], text[length:]
    return fields


def reference_crc(text: str) -> int:
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _ in range(8):
            register = ((register << 1) ^ POLYNOMIAL if register & 0x8000 else register << 1) & 0xFFFF
    return register


def test_the_reference_crc_matches_the_published_check_value() -> None:
    assert reference_crc("123456789") == 0x29B1


def test_the_qr_text_is_a_dynamic_emv_code_of_the_amount_in_togrog(merchant: Merchant) -> None:
    fields = fields_of(merchant.invoice(amount="1234.5")["qr_text"])
    assert fields["00"] == "01"
    assert fields["01"] == "12"
    assert fields["53"] == "496"
    assert fields["54"] == "1234.50"
    assert fields["58"] == "MN"
    assert fields["59"] == "SIMULATED MERCHANT"
    assert fields["60"] == "ULAANBAATAR"


def test_the_qr_text_ends_with_its_crc(merchant: Merchant) -> None:
    text = merchant.invoice()["qr_text"]
    assert text[-8:-4] == "6304"
    assert int(text[-4:], 16) == reference_crc(text[:-4])


def test_every_invoice_has_a_distinct_qr_text(merchant: Merchant) -> None:
    assert merchant.invoice()["qr_text"] != merchant.invoice()["qr_text"]
