"""Calendars out: one booking as a file, and secret addresses that calendar programs subscribe to."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from icalendar import Calendar, Event
from structlog.testing import capture_logs
from tests.openapi import operations
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

from booking_domain.identity.calendar_links import DIGEST_BYTES
from booking_domain.identity.model import UserStatus
from booking_domain.shared.errors import StorageUnavailable
from booking_domain.testing.identity.memory.tables import CALENDAR_LINKS, USERS
from booking_domain.testing.shared.memory.tables import ANSWERS
from booking_domain.use_cases.calendars import links as calendar_links

TUESDAY_AT_TEN = "2026-11-24T10:00:00+08:00"
SIDES = ["providers", "users"]


def events(answer: httpx.Response) -> list[Event]:
    """The events of an answer that must be a whole calendar."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content)
    assert isinstance(found, Calendar)
    return found.events


def identity_of(event: Event) -> tuple[str, int, str]:
    return str(event["UID"]), event.sequence, str(event["STATUS"])


async def link(api: Api, token: str, side: str = "users") -> str:
    """A new secret address, below the prefix."""
    answer = await api.post(f"/{side}/me/calendar-link", token)
    assert answer.status_code == 201, answer.text
    url = urlsplit(answer.json()["url"])
    return f"{url.path}?{url.query}".removeprefix("/api/v1")


async def reschedule(api: Api, token: str, booking: dict[str, Any], slot: str = TUESDAY_AT_TEN) -> None:
    answer = await api.post(f"/bookings/{booking['id']}/reschedule", token, json={"slot": slot})
    assert answer.status_code == 200, answer.text


async def cancel(api: Api, token: str, booking: dict[str, Any]) -> None:
    answer = await api.patch(f"/bookings/{booking['id']}", token, json={"status": "cancelled"})
    assert answer.status_code == 200, answer.text


async def test_a_booking_is_a_file_for_its_parties_and_admins(api: Api) -> None:
    provider, provider_id = await api.open_provider(displayName="Ink & Co", address="Peace Avenue 1; Ulaanbaatar")
    customer, stranger = await api.joined("customer"), await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path = f"/bookings/{booking['id']}/calendar.ics"
    for token, summary in ((customer, "Ink & Co"), (provider, "Customer"), (await api.admin(), "Ink & Co")):
        answer = await api.get(path, token)
        [event] = events(answer)
        assert identity_of(event) == (f"{booking['id']}@booking", 0, "CONFIRMED")
        assert event["SUMMARY"] == summary
        assert event["LOCATION"] == "Peace Avenue 1; Ulaanbaatar"
        assert event["DESCRIPTION"] == f"{booking['reference']}: confirmed"
        assert event.start == datetime.fromisoformat(booking["start"])
        assert event.end == datetime.fromisoformat(booking["end"])
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{booking["reference"]}.ics"'
        assert answer.headers["ETag"] == '"1"'
    assert_problem(await api.get(path, stranger), 404, "booking.not_found")
    assert_problem(await api.get(path), 401, "auth.invalid_token")


async def test_the_uid_stays_and_the_sequence_rises_with_each_change(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    uid = f"{booking['id']}@booking"
    addresses = [await link(api, provider, "providers"), await link(api, customer)]
    file = f"/bookings/{booking['id']}/calendar.ics"

    async def all_say(sequence: int, status: str, start: str) -> None:
        for _ in range(2):
            for answer in [await api.get(file, customer), *[await api.get(address) for address in addresses]]:
                [event] = events(answer)
                assert identity_of(event) == (uid, sequence, status)
                assert event.start == datetime.fromisoformat(start)

    await all_say(0, "CONFIRMED", MONDAY_AT_TEN)
    await reschedule(api, customer, booking)
    await all_say(1, "CONFIRMED", TUESDAY_AT_TEN)
    await cancel(api, customer, booking)
    await all_say(2, "CANCELLED", TUESDAY_AT_TEN)
    assert (await api.get(file, customer)).headers["ETag"] == '"3"'


async def test_each_side_sees_its_own_bookings_with_the_name_of_the_other(api: Api) -> None:
    ink, ink_id = await api.open_provider(displayName="Ink", address="Peace Avenue 1")
    _, other_id = await api.open_provider(displayName="Other")
    customer, stranger = await api.joined("customer"), await api.joined("customer")
    mine = await api.booked(customer, ink_id)
    await api.booked(stranger, other_id)
    gone_to = await api.booked(ink, other_id, "2026-11-23T15:00:00+08:00")
    walked_in = await api.booked(ink, ink_id, "2026-11-23T12:00:00+08:00")
    shown = {}
    for token, side in ((ink, "users"), (ink, "providers"), (customer, "users")):
        address = await link(api, token, side)
        shown[token, side] = [(str(each["UID"])[:36], str(each["SUMMARY"])) for each in events(await api.get(address))]
    assert shown == {
        (ink, "users"): [(gone_to["id"], "Other")],
        (ink, "providers"): [(mine["id"], "Customer"), (walked_in["id"], "Walk-in")],
        (customer, "users"): [(mine["id"], "Ink")],
    }


IN_WORDS = {
    "en": ("Bookings", "Walk-in", "confirmed", "cancelled"),
    "mn": ("Захиалгууд", "Бүртгэлгүй үйлчлүүлэгч", "баталгаажсан", "цуцлагдсан"),
    "fa": ("رزروها", "مشتری حضوری", "قطعی‌شده", "لغوشده"),
}


@pytest.mark.parametrize("language", IN_WORDS)
async def test_a_calendar_speaks_the_language_of_its_account(api: Api, language: str) -> None:
    name, walk_in, confirmed, cancelled = IN_WORDS[language]
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    for token in (provider, customer):
        await api.patch("/users/me", token, json={"locale": language})
    mine = await api.booked(customer, provider_id)
    await cancel(api, customer, mine)
    other = await api.booked(provider, provider_id, "2026-11-23T12:00:00+08:00")
    named = {"name": "Bat", "phone": "+97699112233"}
    await api.booked(provider, provider_id, "2026-11-23T14:00:00+08:00", walkIn=named)
    english = {"Accept-Language": "en"}
    of_provider = await api.get(await link(api, provider, "providers"), headers=english)
    assert [(str(each["SUMMARY"]), str(each["DESCRIPTION"]).partition(": ")[2]) for each in events(of_provider)] == [
        ("Customer", cancelled),
        (walk_in, confirmed),
        ("Bat", confirmed),
    ]
    of_customer = await api.get(await link(api, customer), headers=english)
    assert str(Calendar.from_ical(of_customer.content)["X-WR-CALNAME"]) == name
    [file] = events(await api.get(f"/bookings/{other['id']}/calendar.ics", provider, headers=english))
    assert (file["SUMMARY"], file["DESCRIPTION"]) == (walk_in, f"{other['reference']}: {confirmed}")


async def test_the_calendar_has_a_name(api: Api) -> None:
    provider, _ = await api.open_provider(displayName="Ink")
    names = {}
    for side in SIDES:
        found = Calendar.from_ical((await api.get(await link(api, provider, side))).content)
        names[side] = str(found["X-WR-CALNAME"])
    assert names == {"providers": "Ink", "users": "Bookings"}


@pytest.mark.parametrize("side", SIDES)
async def test_a_changed_link_ends_the_old_one_at_once(api: Api, side: str) -> None:
    provider, _ = await api.open_provider()
    old = await link(api, provider, side)
    assert (await api.get(old)).status_code == 200
    new = await link(api, provider, side)
    assert new != old
    assert_problem(await api.get(old), 404, "calendar.link_not_found")
    assert (await api.get(new)).status_code == 200


@pytest.mark.parametrize("side", SIDES)
async def test_a_removed_link_is_gone_and_removing_it_again_is_no_error(api: Api, side: str) -> None:
    provider, _ = await api.open_provider()
    address = await link(api, provider, side)
    for _ in range(2):
        answer = await api.delete(f"/{side}/me/calendar-link", provider)
        assert (answer.status_code, answer.content) == (204, b"")
        assert_problem(await api.get(address), 404, "calendar.link_not_found")


async def test_removing_a_link_keeps_those_of_others(api: Api) -> None:
    one, other = await api.joined("customer"), await api.joined("customer")
    addresses = [await link(api, one), await link(api, other)]
    await api.delete("/users/me/calendar-link", one)
    assert [(await api.get(address)).status_code for address in addresses] == [404, 200]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", f"?token={'x' * 43}", "?token=%F0%9F%98%80"])
async def test_a_calendar_needs_its_secret(api: Api, side: str, query: str) -> None:
    provider, _ = await api.open_provider()
    await link(api, provider, side)
    assert_problem(await api.get(f"/{side}/me/calendar.ics{query}"), 404, "calendar.link_not_found")
    # A bearer token opens nothing either: calendar programs have none.
    assert_problem(await api.get(f"/{side}/me/calendar.ics{query}", provider), 404, "calendar.link_not_found")


async def test_a_customer_s_secret_opens_no_provider_s_calendar(api: Api) -> None:
    customer = await api.joined("customer")
    address = await link(api, customer)
    assert_problem(await api.get(address.replace("users", "providers")), 404, "calendar.link_not_found")


async def test_the_calendar_of_a_disabled_account_is_closed(api: Api) -> None:
    customer = await api.joined("customer")
    address = await link(api, customer)
    user_id = api.container.access_tokens().read(customer, api.clock.now()).actor.id
    users = api.database.rows(USERS)
    users[user_id] = replace(users[user_id], status=UserStatus.DISABLED)
    assert_problem(await api.get(address), 404, "calendar.link_not_found")


async def test_a_provider_link_needs_a_provider_profile(api: Api) -> None:
    customer, provider = await api.joined("customer"), await api.joined("provider")
    for side in SIDES:
        assert_problem(await api.post(f"/{side}/me/calendar-link"), 401, "auth.invalid_token")
        assert_problem(await api.delete(f"/{side}/me/calendar-link"), 401, "auth.invalid_token")
    assert_problem(await api.post("/providers/me/calendar-link", customer), 403, "auth.not_permitted")
    assert_problem(await api.delete("/providers/me/calendar-link", customer), 403, "auth.not_permitted")
    assert_problem(await api.post("/providers/me/calendar-link", provider), 404, "provider.profile_missing")


async def test_only_the_digest_of_a_new_secret_is_stored(api: Api) -> None:
    customer = await api.joined("customer")
    secrets = {(await link(api, customer)).partition("=")[2] for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {43}
    [kept] = api.database.rows(CALENDAR_LINKS).values()
    assert not any(secret.encode() in repr(kept).encode() for secret in secrets)
    assert len(kept.secret_digest) == DIGEST_BYTES
    answer = await api.post("/users/me/calendar-link", customer, headers={"Idempotency-Key": "k"})
    assert answer.json()["url"].startswith(f"{api.container.settings().public_url}/api/v1/users/me/calendar.ics?token=")
    assert answer.json()["createdAt"] == "2026-11-23T00:00:00Z"
    assert not api.database.rows(ANSWERS)  # an answer that is kept for a repetition would hold the secret


async def test_an_unchanged_calendar_answers_304(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    address = await link(api, provider, "providers")
    first = await api.get(address)
    assert first.headers["Cache-Control"] == "private, no-store"
    tag = first.headers["ETag"]
    api.clock.advance(timedelta(minutes=10))
    for seen in (tag, f'"another", {tag}', tag.removeprefix("W/"), "*"):
        again = await api.get(address, headers={"If-None-Match": seen})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Cache-Control"] == "private, no-store"
    assert len(events(await api.get(address, headers={"If-None-Match": '"another"'}))) == 1
    await reschedule(api, customer, booking)
    changed = await api.get(address, headers={"If-None-Match": tag})
    assert len(events(changed)) == 1
    assert changed.headers["ETag"] != tag


async def test_cancelled_bookings_are_shown_for_30_days_and_others_for_90(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    kept = await api.booked(customer, provider_id, MONDAY_AT_TEN)
    cancelled = await api.booked(customer, provider_id, TUESDAY_AT_TEN)
    await cancel(api, customer, cancelled)
    addresses = [await link(api, provider, "providers"), await link(api, customer)]
    begins = datetime.fromisoformat(kept["start"])
    after = api.clock.now()
    for now, shown in (
        (after + timedelta(days=30), [kept["id"], cancelled["id"]]),
        (after + timedelta(days=30, seconds=1), [kept["id"]]),
        (begins + timedelta(days=90), [kept["id"]]),
        (begins + timedelta(days=90, seconds=1), []),
    ):
        api.clock.set(now)
        for address in addresses:
            assert [str(each["UID"])[:36] for each in events(await api.get(address))] == shown


async def test_a_calendar_has_a_bound(api: Api) -> None:
    _, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    made = [await api.booked(customer, provider_id, f"2026-11-23T{hour}:00:00+08:00") for hour in (10, 11, 12)]
    address = await link(api, customer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendar_links, "MAX_CALENDAR_ENTRIES", 2)
        shown = [str(each["UID"])[:36] for each in events(await api.get(address))]
    assert shown == [made[1]["id"], made[2]["id"]]
    assert calendar_links.MAX_CALENDAR_ENTRIES == 5_000


async def test_the_secret_is_written_to_no_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    customer = await api.joined("customer")
    caplog.set_level("DEBUG")
    with capture_logs() as logged:
        address = await link(api, customer)
        secret = address.partition("=")[2]
        good = await api.get(address)
        wrong = await api.get(f"/users/me/calendar.ics?token={secret}x")
        # Also when something breaks on the way.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(api.container.calendar_files(), "write", None)
            broken = [await api.get(address), await api.get(address, headers={"If-None-Match": "x"})]
    assert [good.status_code, wrong.status_code, *[each.status_code for each in broken]] == [200, 404, 500, 500]
    assert logged
    assert all(secret not in repr(entry) for entry in logged)
    assert all(secret not in record.getMessage() for record in caplog.records if record.name != "httpx")
    assert all(secret not in each.text for each in (good, wrong, *broken))


async def test_the_document_says_what_kind_of_file_it_is(api: Api) -> None:
    document = (await api.get("/schema")).json()
    paths = document["paths"]
    for path in ("bookings/{bookingId}", "providers/me", "users/me"):
        operation = paths[f"/api/v1/{path}/calendar.ics"]["get"]
        assert list(operation["responses"]["200"]["content"]) == ["text/calendar"]
    assert list(paths["/api/v1/webhooks/qpay/{transactionId}"]["get"]["responses"]["200"]["content"]) == ["text/plain"]
    [asked] = [asked for name, asked in operations(document) if name == "get /api/v1/users/me/calendar.ics"]
    names = [each["name"] for each in asked["parameters"]]
    assert names == ["If-None-Match", "token"]


async def test_an_unavailable_database_is_not_an_empty_calendar(api: Api) -> None:
    customer = await api.joined("customer")
    address = await link(api, customer)

    async def down(*_: object, **__: object) -> None:
        raise StorageUnavailable

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(api.database.reads.appointments), "of_user", down)
        assert_problem(await api.get(address), 503, "service.unavailable")
