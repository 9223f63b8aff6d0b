"""Subscriptions of devices: only push services are pushed to, and only with keys that work."""

from dataclasses import replace

import pytest

from booking_domain.notifications.push import PushRules, checked_endpoint
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.builders import Builder
from booking_domain.testing.notifications.contracts.push import DEVICE_KEY, a_push_subscription

RULES = PushRules(public_key=DEVICE_KEY, services=("fcm.googleapis.com", "push.apple.com"))


def test_only_known_push_services_are_taken() -> None:
    for endpoint in ("https://fcm.googleapis.com/fcm/send/x", "https://web.push.apple.com/Q?a=b"):
        assert checked_endpoint(endpoint, RULES) == endpoint
    for endpoint in (
        "http://fcm.googleapis.com/x",
        "https://evil.example/fcm.googleapis.com",
        "https://evilfcm.googleapis.com.example/",
        "https://notpush.apple.com/",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/ x",
        "https://fcm.googleapis.com/ж",
        "https://fcm.googleapis.com:x/",
        "https://fcm.googleapis.com/" + "x" * 2_000,
        *(
            f"https://{before}.fcm.googleapis.com/x"
            for before in ("xn--", "", "*", "a..b", "evil.com\\", "evil.com%2f", "a;")
        ),
        *(
            f"https://fcm.googleapis.com{after}/x"
            for after in (".", ":0", ":00", ":443", ":", "\\.evil.com", "%2eevil.com")
        ),
        *("https://a@fcm.googleapis.com/", "https://@fcm.googleapis.com/", "https://a:b@fcm.googleapis.com/"),
        *("https://[fcm.googleapis.com]/", "https://x[fcm.googleapis.com]/", "https://evil.com?.fcm.googleapis.com/"),
        *("//fcm.googleapis.com/", "https:fcm.googleapis.com", "https:///fcm.googleapis.com/", "HTTPS://evil.com/"),
        *("https://fcm.googleapis.com/\0", "https://fcm.googleapis.com/\n", "https://fcm.googleapis.com\n"),
        "https://[::1/",
        "https://127.0.0.1/",
        "",
    ):
        with pytest.raises(InvalidValue) as refused:
            checked_endpoint(endpoint, RULES)
        assert refused.value.field == "endpoint"


def test_a_key_is_a_point_on_the_curve() -> None:
    make = Builder()
    subscription = a_push_subscription(make, make.session(make.user()))
    assert replace(subscription, public_key=f"{DEVICE_KEY}=").service == "push.example"
    for key in ("", "!", DEVICE_KEY[:-4], "A" + DEVICE_KEY[1:], DEVICE_KEY[:-1] + "8", DEVICE_KEY + "AAAA"):
        with pytest.raises(InvalidValue) as refused:
            replace(subscription, public_key=key)
        assert refused.value.field == "p256dh"
    for secret in ("", "BTBZ", "?"):
        with pytest.raises(InvalidValue) as refused:
            replace(subscription, auth_secret=secret)
        assert refused.value.field == "auth"
