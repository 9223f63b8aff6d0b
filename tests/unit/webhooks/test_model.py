"""Endpoints and deliveries: retries, secrets, URLs."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kit.destinations import literal_is_allowed
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import EventId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.webhooks.contracts import a_delivery, an_endpoint
from booking_domain.use_cases.webhooks.events import PUBLIC_EVENTS
from booking_domain.webhooks.model import (
    MAX_URL,
    RETRIED_FOR,
    DeliveryStatus,
    DisabledBecause,
    EndpointRules,
    EndpointStatus,
    Failure,
    InvalidDeliveryTransition,
    Outcome,
    WebhookDelivery,
    WebhookEndpoint,
    checked_url,
    new_secret,
)
from booking_domain.webhooks.types import EVENT_TYPES

MAKE = Builder()
FAILED = Outcome(failure=Failure.STATUS, response_status=503)
HOUR = timedelta(hours=1)


def endpoint() -> WebhookEndpoint:
    return an_endpoint(MAKE, MAKE.user())


def delivery() -> WebhookDelivery:
    return a_delivery(MAKE, endpoint())


def attempts(late: timedelta = timedelta()) -> list[float]:
    """Hours from the first attempt to each attempt, if every one fails, and is made this late."""
    now, found, each = NOW, [], delivery()
    while each.next_attempt_at is not None:
        now = max(now, each.next_attempt_at) + late
        each = each.attempted(FAILED, now=now)
        found.append((now - (each.first_attempt_at or now)) / HOUR)
    assert each.status is DeliveryStatus.FAILED
    return found


def test_a_delivery_is_retried_for_three_days_and_then_given_up() -> None:
    found = attempts()
    assert [round(each * 3600) for each in found[:5]] == [0, 5, 65, 365, 2165]
    assert found[-1] == RETRIED_FOR / HOUR == 72
    assert round(max(later - earlier for earlier, later in pairwise(found)), 6) == 10
    assert len(found) == 14


@given(st.timedeltas(timedelta(), timedelta(hours=12)))
def test_however_late_the_worker_is_the_last_attempt_comes_after_three_days(late: timedelta) -> None:
    found = attempts(late)
    assert found == sorted(found)
    assert found[-2] < 72 <= found[-1]


def test_a_success_ends_the_retries() -> None:
    done = delivery().attempted(FAILED, now=NOW).attempted(Outcome(response_status=200), now=NOW + HOUR)
    assert (done.status, done.attempts, done.next_attempt_at) == (DeliveryStatus.DELIVERED, 2, None)
    with pytest.raises(InvalidDeliveryTransition):
        done.attempted(FAILED, now=NOW)


def test_410_is_given_up_at_once() -> None:
    gone = delivery().attempted(Outcome(failure=Failure.STATUS, response_status=410), now=NOW)
    assert (gone.status, gone.next_attempt_at) == (DeliveryStatus.FAILED, None)


def test_a_replay_keeps_the_id_and_starts_three_new_days() -> None:
    first = delivery()
    failed = first.attempted(FAILED, now=NOW).attempted(FAILED, now=NOW + RETRIED_FOR)
    again = failed.replay(now=NOW + 5 * RETRIED_FOR)
    assert (again.message_id, again.status, again.attempts) == (first.message_id, DeliveryStatus.PENDING, 0)
    assert again.attempted(FAILED, now=NOW + 5 * RETRIED_FOR).status is DeliveryStatus.PENDING


def test_a_message_id_is_that_of_the_event() -> None:
    event_id = EventId(MAKE.entropy.new_id())
    one, other = (replace(delivery(), event_id=event_id) for _ in range(2))
    assert one.message_id == other.message_id == f"msg_{event_id.hex}"


def test_a_failing_endpoint_rests_longer_each_time_for_a_minute_at_most() -> None:
    each, rests = endpoint(), []
    for _ in range(12):
        each = each.failed(NOW)
        assert each.rests_until is not None
        rests.append((each.rests_until - NOW).total_seconds())
    assert rests[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert set(rests[7:]) == {60}
    assert (each.succeeded().failures, each.succeeded().rests_until) == (0, None)


def test_after_a_rotation_the_former_secret_signs_until_the_overlap_is_over() -> None:
    first = endpoint()
    second = first.rotate("whsec_second", overlap=HOUR, now=NOW)
    assert second.secrets(NOW + HOUR - timedelta.resolution) == ("whsec_second", first.secret)
    assert second.secrets(NOW + HOUR) == ("whsec_second",)
    third = second.rotate("whsec_third", overlap=HOUR, now=NOW)
    assert third.secrets(NOW) == ("whsec_third", "whsec_second")
    assert third.rotate("whsec_last", overlap=timedelta(), now=NOW).secrets(NOW) == ("whsec_last",)
    with pytest.raises(InvalidValue):
        first.rotate("whsec_second", overlap=timedelta(hours=169), now=NOW)


def test_secrets_are_not_in_a_log() -> None:
    rotated = endpoint().rotate(new_secret(MAKE.entropy), overlap=HOUR, now=NOW)
    assert "whsec_" not in repr(rotated)
    assert "hooks.example.com" not in repr(rotated)
    assert len({new_secret(MAKE.entropy) for _ in range(100)}) == 100


def test_an_endpoint_wants_its_types_or_all_and_nothing_while_it_is_disabled() -> None:
    some = replace(endpoint(), event_types=("refund.made",))
    assert (some.subscribes_to("refund.made"), some.subscribes_to("booking.placed")) == (True, False)
    assert endpoint().subscribes_to("anything.new")
    off = some.disable(DisabledBecause.OWNER, now=NOW)
    assert not off.subscribes_to("refund.made")
    assert off.enable().subscribes_to("refund.made")
    with pytest.raises(InvalidValue, match=r"refund\.unmade"):
        replace(some, event_types=("refund.unmade",))


def test_the_platform_disables_an_endpoint_once_and_keeps_the_reason() -> None:
    off = endpoint().disable(DisabledBecause.GONE, now=NOW)
    assert (off.status, off.disabled_because, off.disabled_at) == (EndpointStatus.DISABLED, DisabledBecause.GONE, NOW)
    assert off.disable(DisabledBecause.OWNER, now=NOW + HOUR) == off
    with pytest.raises(NotYourMove):
        off.disable(DisabledBecause.FAILING, now=NOW)
    assert off.enable().enable() == off.enable()


PUBLIC = EndpointRules(allows_host=literal_is_allowed)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com:443/a/b?c=d",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
    ],
)
def test_an_https_url_with_a_public_host_may_be_an_endpoint(url: str) -> None:
    assert checked_url(url, PUBLIC) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://user@hooks.example.com/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com/#fragment",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\n",
        "https://хост.example.com/",
        "https://[::1/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fd00:ec2::254]/",
        "https://[::ffff:10.0.0.1]/",
        "https://hooks.example.com/" + "x" * MAX_URL,
    ],
)
def test_every_other_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        checked_url(url, PUBLIC)
    assert caught.value.field == "url"


def test_tests_may_use_private_addresses() -> None:
    rules = EndpointRules(schemes=frozenset({"http", "https"}))
    assert checked_url("http://127.0.0.1:9000/hooks", rules)


def test_every_public_type_but_the_ping_has_an_event() -> None:
    assert {each.type.value for each in PUBLIC_EVENTS.values()} == EVENT_TYPES - {"webhook.ping"}
