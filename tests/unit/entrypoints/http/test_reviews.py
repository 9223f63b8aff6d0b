"""`/reviews`: what each side sees, and the provider's rating."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_managers import salon_of
from tests.unit.features.bookings import EARLIER_TODAY
from tests.unit.features.reviews import reviewed, visit


async def test_a_review_is_public_under_the_first_name_of_its_author(api: Api) -> None:
    author, provider, review = await reviewed(api)
    assert review["author"] == {"displayName": "Customer"}
    public = (await api.get(f"/reviews/{review['id']}")).json()
    assert public == {name: value for name, value in review.items() if name != "bookingId"}
    for side in (author, provider):
        assert (await api.get(f"/reviews/{review['id']}", side)).json() == review
    assert (await api.get("/reviews/me", author)).json() == {"items": [review]}
    listed = (await api.get(f"/providers/{review['providerId']}/reviews")).json()
    assert listed == {"items": [public]}


async def test_a_provider_shows_its_rating_and_its_tag_changes_with_it(api: Api) -> None:
    author, _, review = await reviewed(api, rating=5)
    path = f"/providers/{review['providerId']}"
    before = await api.get(path)
    assert (before.json()["rating"], before.json()["ratingCount"]) == (5.0, 1)
    await api.patch(f"/reviews/{review['id']}", author, json={"rating": 4})
    after = await api.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json()["rating"]) == (200, 4.0)
    assert (await api.get(path, headers={"If-None-Match": after.headers["ETag"]})).status_code == 304


async def test_providers_are_sorted_by_rating(api: Api) -> None:
    _, _, low = await reviewed(api, rating=1)
    _, _, high = await reviewed(api, rating=5)
    _, unrated = await api.open_provider()
    best_first = [high["providerId"], unrated, low["providerId"]]
    found: list[str] = []
    cursor = ""
    while True:
        page = (await api.get(f"/providers?sort=rating&limit=1{cursor}")).json()
        found += [item["id"] for item in page["items"]]
        if page.get("nextCursor") is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert found == best_first


async def test_a_provider_replies(api: Api) -> None:
    author, provider, review = await reviewed(api)
    path = f"/reviews/{review['id']}/reply"
    assert_problem(await api.post(path, author, json={"text": "Mine"}), 403, "auth.not_permitted")
    replied = await api.post(path, provider, json={"text": "Thank you"})
    assert replied.json()["reply"] == {"text": "Thank you", "at": "2026-11-23T00:00:00Z"}
    assert (await api.get(f"/reviews/{review['id']}")).json()["reply"] == replied.json()["reply"]


async def test_an_admin_hides_a_review_and_restores_it(api: Api) -> None:
    author, provider, review = await reviewed(api)
    admin = await api.an_admin()
    path, moderated = f"/reviews/{review['id']}", f"/admin/reviews/{review['id']}"
    wish = {"reason": "personal_data", "note": "A phone number"}
    assert (await api.post(f"{moderated}/hide", admin, json=wish)).json()["status"] == "hidden"
    assert_problem(await api.post(f"{moderated}/hide", admin, json=wish), 409, "review.invalid_transition")
    for unseen in (None, provider):
        assert_problem(await api.get(path, unseen), 404, "review.not_found")
    assert (await api.get(path, author)).json()["hidden"] == wish
    assert (await api.get(f"/providers/{review['providerId']}/reviews")).json()["items"] == []
    assert (await api.get(f"/providers/{review['providerId']}")).json().get("rating") is None
    hidden = (await api.get("/admin/reviews?status=hidden", admin)).json()["items"]
    assert [item["id"] for item in hidden] == [review["id"]]
    restored = await api.post(f"{moderated}/restore", admin)
    assert (restored.json()["status"], "hidden" in restored.json()) == ("published", False)
    assert (await api.get(path)).status_code == 200


async def test_a_booking_is_reviewed_once_by_its_customer(api: Api) -> None:
    customer, provider, booking = await visit(api)
    wish = {"bookingId": booking["id"], "rating": 5}
    assert_problem(await api.post("/reviews", provider, json=wish), 404, "review.no_completed_booking", "/bookingId")
    answers = await asyncio.gather(*(api.post("/reviews", customer, json=wish) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert_problem(refused, 409, "review.exists", "/bookingId")
    assert_problem(await api.post("/reviews", customer, json={**wish, "rating": 6}), 400, "validation.invalid_input")


async def test_a_review_can_be_edited_for_14_days(api: Api) -> None:
    author, _, review = await reviewed(api)
    edited = await api.patch(f"/reviews/{review['id']}", author, json={"text": "Fine"})
    assert (edited.json()["text"], edited.json()["rating"], edited.json()["editedAt"]) == (
        "Fine",
        5,
        "2026-11-23T00:00:00Z",
    )
    stale = await api.patch(f"/reviews/{review['id']}", author, json={"rating": 1}, headers={"If-Match": '"1"'})
    assert_problem(stale, 412, "conflict.stale_version")


async def test_an_export_has_the_reviews_written_and_received(api: Api) -> None:
    author, provider, review = await reviewed(api)
    for side in (author, provider):
        exported = (await api.get("/users/me/export", side)).json()["reviews"]
        assert [(each["id"], each["text"]) for each in exported] == [(review["id"], "Clean lines")]


DEVICE: Final = {"User-Agent": "The laptop at the desk"}


async def _registered(api: Api, role: str, **members: Any) -> str:
    """The access token of a new account that signs in from the laptop at the desk."""
    who = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": role.title(), "role": role}
    answer = await api.post("/auth/register", json={**who, **members}, headers=DEVICE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["accessToken"])


async def _visited(api: Api, provider: str, provider_id: str, customer: str, number: int = 0) -> str:
    """The id of a completed booking of this customer; each number is another time."""
    customer_id = await api.consented(customer, provider)
    slot = (datetime.fromisoformat(EARLIER_TODAY) + number * timedelta(hours=1)).isoformat()
    booking = await api.booked(provider, provider_id, slot, customerId=customer_id)
    done = await api.patch(f"/bookings/{booking['id']}", provider, json={"status": "completed"})
    assert done.status_code == 200, done.text
    await api.place_by_customer(booking["id"])
    return str(booking["id"])


async def test_a_crowd_of_new_accounts_waits_for_an_admin(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    people, statuses = [await api.joined("customer") for _ in range(6)], []
    for number, person in enumerate(people):
        booking_id = await _visited(api, provider, provider_id, person, number)
        answer = await api.post("/reviews", person, json={"bookingId": booking_id, "rating": 5})
        statuses.append(answer.json()["status"])
    assert statuses == ["published"] * 3 + ["held"] * 3
    shown = (await api.get(f"/providers/{provider_id}")).json()
    assert shown["ratingCount"] == 3
    assert len((await api.get(f"/providers/{provider_id}/reviews")).json()["items"]) == 3

    admin = await api.an_admin()
    held = (await api.get(f"/admin/reviews?status=held&providerId={provider_id}", admin)).json()["items"]
    assert len(held) == 3
    path = f"/admin/reviews/{held[0]['id']}/publish"
    assert_problem(await api.post(path, provider), 403, "auth.not_permitted")
    assert (await api.post(path, admin)).json()["status"] == "published"
    assert_problem(await api.post(path, admin), 409, "review.invalid_transition")
    assert (await api.get(f"/providers/{provider_id}")).json()["ratingCount"] == 4
    for side, status in ((provider, 200), (people[-2], 200), (people[0], 404), (None, 404)):
        assert (await api.get(f"/reviews/{held[1]['id']}", side)).status_code == status


async def test_one_author_counts_once_however_often_they_review(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    for number, stars in enumerate((1, 5)):
        booking_id = await _visited(api, provider, provider_id, customer, number)
        posted = await api.post("/reviews", customer, json={"bookingId": booking_id, "rating": stars})
        assert posted.status_code == 201, posted.text
    shown = (await api.get(f"/providers/{provider_id}")).json()
    assert (shown["rating"], shown["ratingCount"]) == (5.0, 1)
    listed = (await api.get(f"/providers/{provider_id}/reviews")).json()["items"]
    assert [each["rating"] for each in listed] == [5, 1]


async def test_a_review_from_the_providers_own_device_does_not_count_and_nobody_is_told_why(api: Api) -> None:
    provider = await _registered(api, "provider")
    made = await api.post("/providers/me", provider, json={"displayName": "Studio"})
    provider_id = made.json()["id"]
    await api.submit_profile(provider)
    await api.patch(f"/admin/providers/{provider_id}/approve", await api.admin(), json={"approved": True})
    week = [{"day": day, "startTime": "10:00", "endTime": "19:00"} for day in range(7)]
    await api.put("/availability/rules", provider, json={"rules": week})
    friend = await _registered(api, "customer")
    booking_id = await _visited(api, provider, provider_id, friend)
    posted = await api.post("/reviews", friend, json={"bookingId": booking_id, "rating": 5})
    assert (posted.status_code, posted.json()["status"], "impartial" in posted.text) == (201, "published", False)
    assert (await api.get(f"/providers/{provider_id}")).json().get("rating") is None
    assert len((await api.get(f"/providers/{provider_id}/reviews")).json()["items"]) == 1


async def test_what_the_staff_enters_afterwards_or_for_nothing_has_no_review(api: Api) -> None:
    provider, provider_id = await api.open_provider(priceAmount=5_000_000)
    customer = await api.joined("customer")
    customer_id = await api.consented(customer, provider)
    wish = {"providerId": provider_id, "customerId": customer_id}
    late = (await api.post("/bookings", provider, json={**wish, "slot": EARLIER_TODAY})).json()
    await api.put("/availability/settings", provider, json={"priceAmount": 0, "depositAmount": 0})
    free = (await api.post("/bookings", provider, json={**wish, "slot": api.clock.now().isoformat()})).json()
    for booking in (late, free):
        done = await api.patch(f"/bookings/{booking['id']}", provider, json={"status": "completed"})
        assert done.status_code == 200, done.text
        refused = await api.post("/reviews", customer, json={"bookingId": booking["id"], "rating": 5})
        assert_problem(refused, 422, "review.not_a_visit", "/bookingId")


async def test_the_manager_of_the_salon_has_no_review_of_its_members(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    manager, _ = await salon_of(api, (provider, provider_id))
    booking_id = await _visited(api, provider, provider_id, manager)
    refused = await api.post("/reviews", manager, json={"bookingId": booking_id, "rating": 5})
    assert_problem(refused, 403, "review.not_impartial", "/bookingId")
