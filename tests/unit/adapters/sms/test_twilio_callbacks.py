"""Twilio's callbacks, with signatures checked against Twilio's published examples."""

import base64
import hmac
from urllib.parse import urlencode

import pytest
from tests.unit.adapters.sms.fakes import TOKEN, status_callback

from adapters.sms.twilio import TwilioCallbacks
from booking_domain.notifications.errors import InvalidSmsSignature
from booking_domain.notifications.sms import SmsStatus, SmsUpdate
from booking_domain.shared.ids import SmsId
from booking_domain.testing.memory import SeededEntropy

MESSAGE = SmsId(SeededEntropy(1).new_id())
URL = status_callback(MESSAGE)
# https://www.twilio.com/docs/usage/webhooks/webhooks-security, and the tests of twilio-php and twilio-csharp.
PUBLISHED_TOKEN = "12345"
PUBLISHED_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PUBLISHED = {
    "Digits": "1234",
    "To": "+18005551212",
    "From": "+14158675309",
    "Caller": "+14158675309",
    "CallSid": "CA1234567890ABCDE",
}
TWICE = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]


def signed(url: str, fields: dict[str, str], token: str = TOKEN) -> str:
    text = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def read(fields: dict[str, str], *, message_id: SmsId | None = MESSAGE) -> SmsUpdate | None:
    return TwilioCallbacks(TOKEN).read(
        message_id, url=URL, signature=signed(URL, fields), body=urlencode(fields).encode()
    )


@pytest.mark.parametrize(
    ("url", "body", "signature"),
    [
        (PUBLISHED_URL, urlencode(PUBLISHED), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (PUBLISHED_URL, urlencode(TWICE), "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        ("https://MyCompany.com/myapp.php?foo=1&bar=2", urlencode(PUBLISHED), "g9IN/x4Cft2g517EjYvEvM/W7LU="),
        ("https://MyCompany.com:1234/myapp.php?foo=1&bar=2", urlencode(PUBLISHED), "PCqOZm8cnu/L6+u5i5fuEd+Iac4="),
    ],
)
def test_published_examples_verify_and_any_change_invalidates_them(url: str, body: str, signature: str) -> None:
    callbacks = TwilioCallbacks(PUBLISHED_TOKEN)
    assert callbacks.read(None, url=url, signature=signature, body=body.encode()) is None
    for token, signed_url, content, forged in (
        ("12346", url, body, signature),
        ("", url, body, signature),
        (PUBLISHED_TOKEN, url + "&x=1", body, signature),
        (PUBLISHED_TOKEN, url, body + "&x=1", signature),
        (PUBLISHED_TOKEN, url, body.replace("1234", "4321", 1), signature),
        (PUBLISHED_TOKEN, url, body, signature[:-2] + "A="),
        (PUBLISHED_TOKEN, url, body, ""),
        (PUBLISHED_TOKEN, url, body, "é\udcff"),
        (PUBLISHED_TOKEN, url, "%ff", signature),
        (PUBLISHED_TOKEN, url, "&".join("x=1" for _ in range(300)), signature),
    ):
        with pytest.raises(InvalidSmsSignature):
            TwilioCallbacks(token).read(None, url=signed_url, signature=forged, body=content.encode())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("https://booking.example.com:8443/x", "https://booking.example.com/x"),
        ("https://booking.example.com/x", "https://booking.example.com:443/x"),
        ("http://booking.example.com/x?y=1", "http://booking.example.com:80/x?y=1"),
    ],
)
def test_the_signed_url_may_add_or_omit_the_port(ours: str, theirs: str) -> None:
    signature = signed(theirs, {"MessageStatus": "sent"})
    news = TwilioCallbacks(TOKEN).read(MESSAGE, url=ours, signature=signature, body=b"MessageStatus=sent")
    assert news == SmsUpdate(message_id=MESSAGE, status=SmsStatus.SENT)


def test_a_callback_reports_the_message_status() -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003", "To": "+97699112233"}
    assert read(fields) == SmsUpdate(
        message_id=MESSAGE, provider_message_id="SM1", status=SmsStatus.UNDELIVERED, error="twilio 30003"
    )


@pytest.mark.parametrize(
    "fields", [{}, {"MessageStatus": ""}, {"MessageStatus": "received"}, {"MessageStatus": "something new"}]
)
def test_a_callback_without_a_known_status_is_ignored(fields: dict[str, str]) -> None:
    assert read(fields) is None


def test_a_callback_without_a_message_id_is_ignored() -> None:
    assert read({"MessageStatus": "sent"}, message_id=None) is None


def test_invalid_ids_and_error_codes_are_dropped() -> None:
    assert read({"MessageStatus": "sent", "MessageSid": "../x", "ErrorCode": "x" * 500}) == SmsUpdate(
        message_id=MESSAGE, status=SmsStatus.SENT
    )


def test_without_an_auth_token_every_callback_is_rejected() -> None:
    fields = {"MessageStatus": "sent"}
    with pytest.raises(InvalidSmsSignature):
        TwilioCallbacks("").read(
            MESSAGE, url=URL, signature=signed(URL, fields, token=""), body=urlencode(fields).encode()
        )
