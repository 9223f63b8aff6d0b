"""`/portfolio`: items, their order, public lists, moderation."""

from typing import Any

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.entrypoints.http.test_pictures import readable, sweep


async def added(api: Api, token: str, *, images: int = 1, **more: Any) -> dict[str, Any]:
    files = [await api.uploaded(token, "portfolio") for _ in range(images)]
    answer = await api.post("/portfolio", token, json={"fileIds": files, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


async def test_an_item_shows_its_images_in_their_order_until_it_is_deleted(api: Api) -> None:
    token, provider_id = await api.open_provider()
    item = await added(api, token, images=2, description="A swallow", tags=["Fine Line", "birds", "fine line "])
    assert (item["providerId"], item["tags"], item["status"]) == (provider_id, ["fine line", "birds"], "shown")
    one, two = (image["fileId"] for image in item["images"])
    assert (await api.get(f"/portfolio/{item['id']}")).json() == item
    edited = await api.patch(f"/portfolio/{item['id']}", token, json={"fileIds": [two], "description": "Two"})
    shown = edited.json()
    assert ([image["fileId"] for image in shown["images"]], shown["tags"], shown["version"]) == ([two], item["tags"], 2)
    await sweep(api)
    assert [readable(api, image) for image in item["images"]] == [[403, 403], [200, 200]]
    assert_problem(await api.delete(f"/uploads/{two}", token), 409, "file.in_use")
    assert one != two
    assert (await api.get("/users/me/export", token)).json()["portfolio"] == [shown]
    assert (await api.delete(f"/portfolio/{item['id']}", token)).status_code == 204
    await sweep(api)
    assert api.objects.objects == {}
    assert_problem(await api.get(f"/portfolio/{item['id']}", token), 404, "portfolio.not_found")


async def test_a_file_is_in_one_item_and_an_item_has_an_image(api: Api) -> None:
    token, _ = await api.open_provider()
    item = await added(api, token)
    used, wrong = item["images"][0]["fileId"], await api.uploaded(token, "avatars")
    for named, status, code in (
        ([used], 409, "file.in_use"),
        ([wrong], 422, "file.wrong_folder"),
        ([], 400, "validation.invalid_input"),
    ):
        assert_problem(await api.post("/portfolio", token, json={"fileIds": named}), status, code)
    assert ids(await api.get("/portfolio/me", token)) == [item["id"]]


async def test_the_provider_orders_the_portfolio_and_pages_follow(api: Api) -> None:
    token, provider_id = await api.open_provider()
    one, two, three = [(await added(api, token))["id"] for _ in range(3)]
    path = f"/providers/{provider_id}/portfolio"
    assert ids(await api.get(path)) == [one, two, three]
    assert (await api.put("/portfolio/order", token, json={"itemIds": [three, one, two]})).status_code == 204
    first = await api.get(f"{path}?limit=2")
    rest = await api.get(f"{path}?limit=2&cursor={first.json()['nextCursor']}")
    assert (ids(first), ids(rest), rest.json().get("nextCursor")) == ([three, one], [two], None)
    assert ids(await api.get("/portfolio/me", token)) == [three, one, two]
    page = (await api.get(f"/providers/{provider_id}/page")).json()["portfolio"]
    assert page == (await api.get(path)).json()
    for wrong in ([three, one], [three, one, one], [three, one, two, two]):
        refused = await api.put("/portfolio/order", token, json={"itemIds": wrong})
        assert_problem(refused, 422, "validation.invalid_value", "/itemIds")


async def test_public_lists_have_a_tag_of_their_content(api: Api) -> None:
    token, provider_id = await api.open_provider()
    await added(api, token, tags=["birds"], description="A swallow")
    for path in (f"/providers/{provider_id}/portfolio", "/portfolio/search?tag=BIRDS"):
        first = await api.get(path)
        assert (len(ids(first)), first.headers["Cache-Control"]) == (1, "public, no-cache")
        known = {"If-None-Match": first.headers["ETag"]}
        assert (await api.call("GET", path, None, headers=known)).status_code == 304
        await added(api, token, tags=["birds"], description="Swallows")
        assert (await api.call("GET", path, None, headers=known)).status_code == 200
        await api.delete(f"/portfolio/{ids(await api.get('/portfolio/me', token))[-1]}", token)
    assert ids(await api.get("/portfolio/search?tag=bird")) == []


async def test_only_its_provider_sees_an_item_that_an_admin_took_down(api: Api) -> None:
    token, provider_id = await api.open_provider()
    admin, item = await api.admin(), await added(api, token, tags=["birds"])
    path, action = f"/portfolio/{item['id']}", f"/admin/portfolio/{item['id']}"
    down = (await api.post(f"{action}/take-down", admin, json={"reason": "Not your work."})).json()
    assert down == {**item, "status": "taken_down", "reason": "Not your work.", "version": 2}
    assert (await api.get(path, token)).json() == (await api.get(path, admin)).json() == down
    assert (await api.get("/portfolio/me", token)).json()["items"] == [down]
    public = ("/portfolio/search?tag=birds", f"/providers/{provider_id}/portfolio")
    assert_problem(await api.get(path), 404, "portfolio.not_found")
    assert [ids(await api.get(each)) for each in public] == [[], []]
    again = await api.post(f"{action}/take-down", admin, json={"reason": "Again"})
    assert_problem(again, 409, "portfolio.invalid_transition")
    assert (await api.post(f"{action}/restore", admin)).json() == {**item, "version": 3}
    assert [ids(await api.get(each)) for each in public] == [[item["id"]]] * 2


async def test_admins_find_what_was_taken_down(api: Api) -> None:
    token, provider_id = await api.open_provider()
    other, _ = await api.open_provider()
    admin, [first, last] = await api.admin(), [await added(api, token, tags=["birds"]) for _ in range(2)]
    elsewhere = await added(api, other)
    await api.post(f"/admin/portfolio/{first['id']}/take-down", admin, json={"reason": "Not your work."})
    for query, expected in (
        ("", [elsewhere, last, first]),
        ("status=taken_down", [first]),
        ("status=shown&tag=Birds", [last]),
        (f"providerId={provider_id}", [last, first]),
        ("text=bird&limit=1", [last]),
    ):
        assert ids(await api.get(f"/admin/portfolio?{query}", admin)) == [each["id"] for each in expected], query
    page = (await api.get("/admin/portfolio?limit=2", admin)).json()
    [down] = (await api.get(f"/admin/portfolio?limit=2&cursor={page['nextCursor']}", admin)).json()["items"]
    assert (down["id"], down["reason"]) == (first["id"], "Not your work.")


async def test_the_portfolio_of_a_suspended_or_deleted_profile_is_not_public(api: Api) -> None:
    token, provider_id = await api.open_provider()
    admin, item = await api.admin(), await added(api, token, tags=["birds"])
    await api.post(f"/admin/providers/{provider_id}/suspend", admin, json={"reason": "Why"})
    assert ids(await api.get("/portfolio/search")) == []
    assert_problem(await api.get(f"/providers/{provider_id}/portfolio"), 404, "provider.not_found")
    assert_problem(await api.get(f"/portfolio/{item['id']}"), 404, "portfolio.not_found")
    assert (await api.delete("/providers/me", token)).status_code == 204
    await sweep(api)
    assert api.objects.objects == {}
    assert_problem(await api.get(f"/portfolio/{item['id']}", admin), 404, "portfolio.not_found")


async def test_an_admin_deletes_images_and_with_the_last_one_the_item(api: Api) -> None:
    token, _ = await api.open_provider()
    admin, item = await api.admin(), await added(api, token, images=2)
    one, two = (image["fileId"] for image in item["images"])
    assert (await api.delete(f"/admin/files/{one}", admin)).status_code == 204
    left = (await api.get(f"/portfolio/{item['id']}")).json()
    assert [image["fileId"] for image in left["images"]] == [two]
    assert (await api.delete(f"/admin/files/{two}", admin)).status_code == 204
    assert ids(await api.get("/portfolio/me", token)) == []
