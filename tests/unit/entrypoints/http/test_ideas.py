"""Ideas on bookings: wishes of the customer with images, notes and estimates of the provider."""

from datetime import timedelta
from typing import Any, Final

from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem

from booking_domain.bookings.ideas import IdeaImageDeleted

WISH: Final = {
    "description": "A small swallow",
    "size": "10 cm",
    "placement": "forearm",
    "colours": "black",
    "budgetAmount": 30_000_000,
}


async def placed(api: Api, **more: Any) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and a booking."""
    owner, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    return customer, owner, await api.booked(customer, provider_id, **more)


async def shared(api: Api, token: str, booking: dict[str, Any], **content: Any) -> dict[str, Any]:
    body = {"bookingId": booking["id"], "description": "A swallow", **content}
    answer = await api.post("/ideas", token, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(api: Api, token: str, booking: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await api.get(f"/ideas/{booking['id']}", token)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_request_carries_the_wish_with_images_and_the_provider_answers_with_an_estimate(api: Api) -> None:
    owner, provider_id = await api.open_provider(bookingMode="request")
    customer = await api.joined("customer")
    images = [await api.uploaded(customer, "ideas") for _ in range(2)]
    booking = await api.booked(customer, provider_id, idea={**WISH, "fileIds": images})
    assert booking["status"] == "requested"
    (wish,) = await listed(api, owner, booking)
    assert {name: wish[name] for name in WISH} == WISH
    assert (wish["by"], [image["fileId"] for image in wish["images"]]) == ("customer", images)
    answer = await shared(api, owner, booking, description="Two sessions.", estimateAmount=40_000_000)
    assert [each["by"] for each in await listed(api, customer, booking)] == ["customer", "provider"]
    assert (answer["estimateAmount"], answer["currency"]) == (40_000_000, booking["currency"])


def statuses(api: Api, idea: dict[str, Any]) -> list[int]:
    """What the URLs of an idea's images answer."""
    urls = [value for image in idea["images"] for value in image.values() if str(value).startswith("http")]
    assert not any("/public/" in url for url in urls)
    return [api.objects.request("GET", url, {})[0] for url in urls]


async def test_images_of_ideas_are_private_for_five_minutes(api: Api) -> None:
    customer, owner, booking = await placed(api)
    await shared(api, customer, booking, fileIds=[await api.uploaded(customer, "ideas")])
    (idea,) = await listed(api, owner, booking)
    assert statuses(api, idea) == [200, 200]
    api.clock.advance(timedelta(minutes=5))
    assert statuses(api, idea) == [403, 403]
    assert statuses(api, (await listed(api, owner, booking))[0]) == [200, 200]


async def test_the_parties_the_manager_and_admins_see_ideas_and_nobody_else(api: Api) -> None:
    customer, owner, booking = await placed(api)
    await shared(api, customer, booking)
    for token in (customer, owner, await api.an_admin()):
        assert len(await listed(api, token, booking)) == 1
    other, _ = await api.open_provider()
    for token in (other, await api.joined("customer"), await api.joined("manager")):
        assert_problem(await api.get(f"/ideas/{booking['id']}", token), 404, "booking.not_found")
        body = {"bookingId": booking["id"], "description": "A swallow"}
        assert_problem(await api.post("/ideas", token, json=body), 404, "booking.not_found")


async def test_only_its_author_changes_an_idea_and_images_left_out_are_deleted(api: Api) -> None:
    customer, owner, booking = await placed(api)
    first, second = [await api.uploaded(customer, "ideas") for _ in range(2)]
    idea = await shared(api, customer, booking, **WISH, fileIds=[first])
    path = f"/ideas/{idea['id']}"
    assert_problem(await api.patch(path, owner, json={"description": "Mine"}), 403, "auth.not_permitted")
    body = {"description": "Two", "budgetAmount": None, "fileIds": [second]}
    changed = await api.patch(path, customer, json=body, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["description"], "budgetAmount" in changed.json()) == ("Two", False)
    assert [image["fileId"] for image in changed.json()["images"]] == [second]
    stale = await api.patch(path, customer, json={"size": "1 m"}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")
    assert_problem(await api.get(f"/uploads/{first}", customer), 404, "file.not_found")


async def test_a_customer_does_not_estimate_and_a_provider_may_note_what_the_customer_wishes(api: Api) -> None:
    customer, owner, booking = await placed(api)
    body = {"bookingId": booking["id"], "description": "A swallow", "estimateAmount": 1}
    assert_problem(await api.post("/ideas", customer, json=body), 422, "validation.invalid_value", "/estimateAmount")
    noted = await shared(api, owner, booking, **WISH, estimateAmount=40_000_000)
    assert {name: noted[name] for name in WISH} == WISH


async def test_a_provider_books_a_walk_in_with_what_they_wish(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    booking = await api.booked(owner, provider_id, walkIn={"name": "Sarnai"}, idea={**WISH, "estimateAmount": 1})
    (wish,) = await listed(api, owner, booking)
    assert (wish["by"], wish["size"], wish["estimateAmount"]) == ("provider", WISH["size"], 1)


async def test_an_admin_who_books_writes_no_idea(api: Api) -> None:
    owner, provider_id = await api.open_provider()
    consenting = await api.consented(await api.joined("customer"), owner)
    body = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "customerId": consenting, "idea": WISH}
    admin = await api.an_admin()
    refused = await api.post("/bookings", admin, json=body)
    assert_problem(refused, 422, "validation.invalid_value", "/idea")


async def test_an_admin_deletes_an_image_and_the_idea_stays(api: Api) -> None:
    customer, owner, booking = await placed(api)
    one, two = [await api.uploaded(customer, "ideas") for _ in range(2)]
    await shared(api, customer, booking, fileIds=[one, two])
    assert (await api.delete(f"/admin/files/{one}", await api.an_admin())).status_code == 204
    (idea,) = await listed(api, owner, booking)
    assert [image["fileId"] for image in idea["images"]] == [two]
    assert IdeaImageDeleted in [type(each) for each in await api.database.outbox_events()]


async def test_authors_and_admins_delete_ideas_with_their_images(api: Api) -> None:
    customer, owner, booking = await placed(api)
    image = await api.uploaded(customer, "ideas")
    first = await shared(api, customer, booking, fileIds=[image])
    second = await shared(api, customer, booking)
    assert_problem(await api.delete(f"/ideas/{first['id']}", owner), 403, "auth.not_permitted")
    assert (await api.delete(f"/ideas/{first['id']}", customer)).status_code == 204
    assert_problem(await api.get(f"/uploads/{image}", customer), 404, "file.not_found")
    admin = await api.an_admin()
    assert (await api.delete(f"/ideas/{second['id']}", admin)).status_code == 204
    assert await listed(api, customer, booking) == []
    audited = (await api.get("/admin/audit", admin)).json()["items"]
    assert "idea.delete" in [each["action"] for each in audited]


async def test_ideas_are_bounded_and_end_with_the_booking(api: Api) -> None:
    customer, _, booking = await placed(api)
    last = [await shared(api, customer, booking) for _ in range(20)][-1]
    body = {"bookingId": booking["id"], "description": "One more"}
    assert_problem(await api.post("/ideas", customer, json=body), 409, "idea.too_many")
    assert (await api.post(f"/bookings/{booking['id']}/cancel", customer)).status_code == 200
    api.clock.advance(timedelta(seconds=1))
    changed = await api.patch(f"/ideas/{last['id']}", customer, json={"description": "Late"})
    assert_problem(changed, 409, "idea.booking_is_over")


async def test_the_export_has_the_ideas_that_the_account_wrote(api: Api) -> None:
    customer, owner, booking = await placed(api)
    mine, theirs = await shared(api, customer, booking), await shared(api, owner, booking)
    for token, idea in ((customer, mine), (owner, theirs)):
        assert [each["id"] for each in (await api.get("/users/me/export", token)).json()["ideas"]] == [idea["id"]]
