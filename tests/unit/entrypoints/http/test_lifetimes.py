"""The settings of how long tokens, codes, links and uploads are valid, and how large files are."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, PASSWORD, PDF, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import joined, last_code, use
from tests.unit.entrypoints.http.test_remembered_devices import remembered
from tests.unit.entrypoints.http.two_factors import protected

from booking_domain.identity.events import DeviceRemembered
from booking_domain.testing.notifications.memory.senders import MemoryNotifier
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def refreshed(api: Api, tokens: dict[str, Any]) -> Any:
    return await api.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]})


@pytest.mark.settings(BOOKING_ACCESS_TOKEN_MINUTES="5", BOOKING_REFRESH_TOKEN_DAYS="2", BOOKING_SESSION_DAYS="3")
async def test_tokens_and_sessions_live_as_long_as_the_settings_say(api: Api) -> None:
    tokens = await joined(api)
    assert tokens["expiresIn"] == 300
    api.clock.advance(5 * MINUTE)
    assert_problem(await api.get("/auth/me", tokens["accessToken"]), 401, "auth.invalid_token")
    api.clock.advance(2 * DAY - 5 * MINUTE - SECOND)
    tokens = (await refreshed(api, tokens)).json()
    api.clock.advance(DAY)  # the third day is over before two days without a refresh
    assert (await refreshed(api, tokens)).status_code == 200
    api.clock.advance(SECOND)
    assert_problem(await refreshed(api, tokens), 401, "auth.invalid_token")
    cookies = {"X-Session-Mode": "cookie"}
    cookie = await api.post("/auth/login", json={"email": "dorj@example.com", "password": PASSWORD}, headers=cookies)
    assert "Max-Age=172800" in str(cookie.headers.get_list("set-cookie"))


@pytest.mark.settings(BOOKING_CODE_MINUTES="10")
async def test_codes_live_as_long_as_the_settings_say(api: Api) -> None:
    await joined(api)
    asked = {"phone": "+97699112233", "purpose": "login"}
    for after, status in ((10 * MINUTE - SECOND, 200), (10 * MINUTE, 401)):
        answer = await api.post("/auth/send-otp", json=asked)
        assert answer.json()["expiresIn"] == 600
        code = await last_code(api)
        api.clock.advance(after)
        assert (await use(api, code)).status_code == status
    number = {"phone": "+97699112244", "password": PASSWORD, "name": "Saraa", "role": "customer"}
    assert (await api.post("/auth/register", json=number)).json()["expiresIn"] == 600


@pytest.mark.settings(BOOKING_REMEMBERED_DEVICE_DAYS="7")
async def test_a_device_is_remembered_as_long_as_the_settings_and_the_message_say(api: Api) -> None:
    dorj = await protected(api)
    device = await remembered(dorj)
    (event,) = [each for each in await api.database.outbox_events() if isinstance(each, DeviceRemembered)]
    told = MemoryNotifier()
    await notify(event, reads=api.container.reads(), notifier=told, translator=GettextTranslator("en"))
    (text,) = {each.text for each in told.notices.values()}
    assert "without the second factor until Mon 30 Nov 2026" in text
    api.clock.advance(7 * DAY - SECOND)
    assert (await dorj.log_in(device["deviceToken"])).status_code == 200
    api.clock.advance(SECOND)
    assert (await dorj.log_in(device["deviceToken"])).status_code == 401


@pytest.mark.settings(BOOKING_ANSWER_HOURS="3")
async def test_a_request_waits_for_an_answer_as_long_as_the_settings_say(api: Api) -> None:
    provider, provider_id = await api.open_provider(bookingMode="request")
    booking = await api.booked(await api.joined("customer"), provider_id, "2026-11-25T10:00:00+08:00")
    due = [booking["dueAt"]]
    api.clock.advance(10 * MINUTE)
    offered = {"slots": ["2026-11-25T12:00:00+08:00"]}
    answer = await api.post(f"/bookings/{booking['id']}/offer-times", provider, json=offered)
    due.append(answer.json()["dueAt"])
    start = datetime.fromisoformat(MONDAY_AT_TEN) - timedelta(hours=2)  # when the clock of these tests stands still
    assert [datetime.fromisoformat(each) - start for each in due] == [
        timedelta(hours=3),
        timedelta(hours=3, minutes=10),
    ]


@pytest.mark.settings(BOOKING_UPLOAD_MINUTES="2", BOOKING_IMAGE_MB="1", BOOKING_DOCUMENT_MB="2")
async def test_files_are_as_large_and_uploaded_as_soon_as_the_settings_say(api: Api) -> None:
    token = await api.joined("provider")
    wish: dict[str, Any] = {"filename": "a.jpg", "contentType": "image/jpeg", "size": 1_048_576, "folder": "portfolio"}
    made = await api.post("/uploads/presign", token, json=wish)
    until = datetime.fromisoformat(made.json()["expiresAt"]) - api.clock.now()
    assert until == 2 * MINUTE
    large = await api.post("/uploads/presign", token, json={**wish, "size": 1_048_577})
    assert_problem(large, 422, "validation.invalid_value", "/size")
    pdf = {**wish, "filename": "a.pdf", "contentType": "application/pdf", "folder": "documents"}
    assert (await api.post("/uploads/presign", token, json={**pdf, "size": 2_097_152})).status_code == 201
    large = await api.post("/uploads/presign", token, json={**pdf, "size": 2_097_153})
    assert_problem(large, 422, "validation.invalid_value", "/size")


@pytest.mark.settings(BOOKING_PRIVATE_URL_MINUTES="2")
async def test_private_files_are_shown_as_long_as_the_settings_say(api: Api) -> None:
    token = await api.joined("provider")
    file_id = await api.uploaded(token, "documents", PDF)
    url = (await api.get(f"/uploads/{file_id}", token)).json()["documentUrl"]
    for after, status in ((2 * MINUTE - SECOND, 200), (SECOND, 403)):
        api.clock.advance(after)
        assert api.objects.request("GET", url, {}, b"")[0] == status
