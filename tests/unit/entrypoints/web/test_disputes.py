"""The dispute about a booking by pages: opened with pictures, answered, withdrawn, decided."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.unit.entrypoints.api import PICTURE, Api, serving
from tests.unit.entrypoints.web.forms import OWN, Visitor, form_in
from tests.unit.features.bookings import completed_booking

from entrypoints.http.kit.forms import MOST_BYTES_OF_FILES

COMPLAINT = {"reason": "absent", "wish": "all", "text": "I waited for an hour."}
PHOTO = ("IMG 1.png", PICTURE, "image/png")


@pytest.fixture(scope="module")
async def api(anyio_backend: str) -> AsyncIterator[Api]:
    async with serving() as api:
        yield api


async def visited(api: Api) -> tuple[Visitor, Visitor, str]:
    """Customer and provider of a visit, and the address of its page."""
    customer, provider, booking = await completed_booking(api)
    return Visitor(api, customer), Visitor(api, provider), f"/en/bookings/{booking['id']}"


async def opened(visitor: Visitor, path: str, *files: tuple[str, bytes, str], **fields: str) -> httpx.Response:
    asked = await visitor.get(f"{path}/dispute/new")
    action, hidden = form_in(asked, "/dispute/new")
    return await visitor.send_files(action, hidden | COMPLAINT | fields, *files)


async def decided(api: Api, path: str, **verdict: Any) -> None:
    admin = await api.an_admin()
    [case] = [
        each for each in (await api.get("/admin/disputes", admin)).json()["items"] if path.endswith(each["bookingId"])
    ]
    answer = await api.patch(f"/admin/disputes/{case['id']}", admin, json=verdict)
    assert answer.status_code == 200, answer.text


def text_of(page: httpx.Response) -> str:
    return unescape(re.sub(r"<[^>]+>", "", page.text))


async def test_a_dispute_from_the_booking_to_the_decision(api: Api) -> None:
    customer, provider, path = await visited(api)
    booking = await customer.get(path)
    assert f'href="{path}/dispute"' in booking.text
    assert "You can tell us until" in booking.text
    assert (await customer.get(f"{path}/dispute")).headers["Location"] == f"{path}/dispute/new"
    done = await opened(customer, path, PHOTO, PHOTO)
    assert done.headers["Location"] == f"{path}/dispute?done=opened", done.text
    shown = await customer.get(f"{path}/dispute")
    assert "Nobody was there for me. I want all my money back." in text_of(shown)
    assert "I waited for an hour." in text_of(shown)
    assert shown.text.count("<img ") == 2
    assert "https://storage.test" in shown.headers["Content-Security-Policy"]
    assert "has until" in text_of(shown)
    disputed = await customer.get(path)
    assert "This booking is in dispute" in disputed.text
    assert "See the dispute" in disputed.text
    assert "You can tell us until" not in disputed.text

    seen = await provider.get(f"{path}/dispute")
    assert "Please answer until" in text_of(seen)
    assert "/withdraw" not in seen.text, "it is not theirs"
    action, hidden = form_in(await provider.get(f"{path}/dispute/statement"), "/statement")
    stated = await provider.send_files(action, hidden | {"text": "We were there."})
    assert stated.headers["Location"] == f"{path}/dispute?done=stated"
    assert "We were there." in text_of(await customer.get(f"{path}/dispute"))

    await decided(api, path, resolution="no_refund", bookingStatus="completed", note="No proof.")
    over = text_of(await customer.get(f"{path}/dispute"))
    assert all(each in over for each in ("We have decided", "Nothing more is given back.", "No proof."))
    for closed in ("new", "statement", "withdraw"):
        assert (await customer.get(f"{path}/dispute/{closed}")).headers["Location"] == f"{path}/dispute"
    assert "See the dispute" in (await customer.get(path)).text


async def test_what_is_missing_is_told_beside_its_field_and_pictures_stay(api: Api) -> None:
    customer, _, path = await visited(api)
    for name, about in (("reason", "choices-reason"), ("wish", "choices-wish"), ("text", "field-text")):
        wrong = await opened(customer, path, **{name: ""})
        assert wrong.status_code == 422
        assert f'id="{about}-error"' in wrong.text
    refused = await opened(customer, path, PHOTO, ("a.png", b"no picture", "image/png"))
    assert 'id="upload-pictures-error"' in refused.text
    assert ">I waited for an hour.</textarea>" in refused.text
    assert "1 picture is added already." in refused.text
    action, hidden = form_in(refused, "/dispute/new")
    done = await customer.send_files(action, hidden | COMPLAINT)
    assert done.status_code == 303
    assert (await customer.get(f"{path}/dispute")).text.count("<img ") == 1


async def test_too_many_or_too_large_pictures_are_refused(api: Api) -> None:
    customer, _, path = await visited(api)
    many = await opened(customer, path, *[PHOTO] * 6)
    assert 'id="upload-pictures-error"' in many.text
    assert (await opened(customer, path, ("a.png", bytes(MOST_BYTES_OF_FILES), "image/png"))).status_code == 413
    exe = await opened(customer, path, ("a.exe", b"MZ", "application/x-msdownload"))
    assert 'id="upload-pictures-error"' in exe.text


async def test_megabytes_are_read_of_who_is_signed_in_only(api: Api) -> None:
    customer, _, path = await visited(api)
    sent = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        sent = True
        yield b"--x"

    headers = OWN | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await api.client.post(f"{path}/dispute/new", content=body(), headers=headers)
    assert (answer.headers["Location"], sent) == (f"/en/sign-in?next={quote(path[3:], safe='')}%2Fdispute%2Fnew", False)
    broken = await customer.send(f"{path}/dispute/new", {}, **{"Content-Type": "multipart/form-data; boundary=x"})
    assert broken.status_code >= 400
    elsewhere = await customer.send(f"{path}/dispute/new", COMPLAINT, **{"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    forged = await customer.send(f"{path}/dispute/new", COMPLAINT)
    assert forged.status_code == 403, "without the token of the form"


async def test_a_dispute_is_withdrawn_and_opened_again_as_often_as_the_rules_allow(api: Api) -> None:
    customer, provider, path = await visited(api)
    for _ in range(3):
        assert (await opened(customer, path)).status_code == 303
        asked = await customer.get(f"{path}/dispute/withdraw")
        action, hidden = form_in(await provider.get(f"{path}/dispute/statement"), "/statement")
        await provider.send_files(action, hidden | {"text": "Sorry."})
        stale = await customer.submit(asked, "/withdraw")
        assert stale.status_code == 412, "somebody has answered meanwhile"
        done = await customer.submit(stale, "/withdraw")
        assert done.headers["Location"] == f"{path}/dispute?done=withdrawn"
    assert "Open another dispute" not in (await customer.get(f"{path}/dispute")).text
    assert (await customer.get(f"{path}/dispute/new")).headers["Location"] == f"{path}/dispute"


async def test_a_stranger_sees_no_dispute(api: Api) -> None:
    customer, _, path = await visited(api)
    await opened(customer, path)
    stranger = Visitor(api, await api.joined("customer"))
    assert (await stranger.get(f"{path}/dispute")).status_code == 404
    assert (await Visitor(api).get(f"{path}/dispute")).headers["Location"].startswith("/en/sign-in?next=")
