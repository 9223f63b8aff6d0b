"""`/reviews`: what each side sees, and the provider's rating."""

import asyncio

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.bookings import completed_booking
from tests.unit.features.reviews import reviewed


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
    customer, provider, booking = await completed_booking(api)
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
