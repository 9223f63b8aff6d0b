"""`/notifications` and `/admin/messages`."""

from uuid import UUID

from tests.unit.entrypoints.api import Api, assert_problem
from tests.unit.features.notifications import notified

from booking_domain.identity.preferences import NewsChannel, NewsKind, Unsubscription
from booking_domain.notifications.model import MessageAddress, MessageChannel
from booking_domain.shared.ids import UserId

EMAIL = MessageAddress(MessageChannel.EMAIL, "dorj@example.com")


async def test_a_person_lists_and_reads_their_notifications(api: Api) -> None:
    token, other = await api.joined("customer"), await api.joined("provider")
    for _ in range(3):
        await notified(api, token)
    listed = (await api.get("/notifications", token)).json()
    assert (listed["unreadCount"], [each.get("readAt") for each in listed["items"]]) == (3, [None] * 3)
    assert {(each["type"], each["subject"], each["text"]) for each in listed["items"]} == {
        ("account.phone_changed", "Confirmed", "See you.")
    }
    assert (await api.get("/notifications", other)).json() == {"items": [], "unreadCount": 0}
    of_booking = (await api.get(f"/notifications?bookingId={UUID(int=1)}", token)).json()
    assert (of_booking["items"], of_booking["unreadCount"]) == ([], 3)

    newest, middle, oldest = (each["id"] for each in listed["items"])
    read = await api.post(f"/notifications/{middle}/read", token)
    assert read.json()["readAt"] == "2026-11-23T00:00:00Z"
    assert (await api.post("/notifications/read", token, json={"until": oldest})).status_code == 204
    unread = (await api.get("/notifications?unread=true", token)).json()
    assert ([each["id"] for each in unread["items"]], unread["unreadCount"]) == ([newest], 1)
    assert (await api.post("/notifications/read", token, json={})).status_code == 204
    assert (await api.get("/notifications", token)).json()["unreadCount"] == 0


async def test_anothers_notification_is_not_found(api: Api) -> None:
    token, other = await api.joined("customer"), await api.joined("customer")
    await notified(api, token)
    theirs = (await api.get("/notifications", token)).json()["items"][0]["id"]
    refused = await api.post(f"/notifications/{theirs}/read", other)
    assert_problem(refused, 404, "notification.not_found")


async def test_an_admin_sees_which_messages_went_out_without_contact_and_text(api: Api) -> None:
    token, admin = await api.joined("customer"), await api.an_admin()
    await notified(api, token, EMAIL, MessageAddress(MessageChannel.SMS, "+97699112233"))
    answer = await api.get("/admin/messages", admin)
    assert [(each["channel"], each["to"], each["status"]) for each in answer.json()["items"]] == [
        ("sms", "+976****2233", "standby"),
        ("email", "d****@example.com", "pending"),
    ]
    assert EMAIL.to not in answer.text
    assert "See you." not in answer.text
    assert [each["channel"] for each in (await api.get("/admin/messages?status=pending", admin)).json()["items"]] == [
        "email"
    ]
    assert_problem(await api.get("/admin/messages", token), 403, "auth.not_permitted")


async def test_the_link_of_an_e_mail_ends_one_kind_over_one_channel_and_the_preferences_undo_it(api: Api) -> None:
    token, other = await api.joined("customer"), await api.joined("customer")
    user_id = UserId(UUID((await api.get("/users/me", token)).json()["id"]))
    off = Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL)
    link = f"/notifications/unsubscribe?token={api.container.unsubscribe_tokens().issue(user_id, off)}"
    # The body and its type are those of RFC 8058; the link is single-purpose, so it may come twice.
    for _ in range(2):
        done = await api.post(
            link, content=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert done.status_code == 204
    preferences = (await api.get("/users/me/preferences", token)).json()
    assert preferences["unsubscribed"] == [{"kind": "reminders", "channel": "email"}]
    assert all(preferences["channels"].values())
    assert (await api.get("/users/me/preferences", other)).json()["unsubscribed"] == []
    again = await api.put("/users/me/preferences", token, json={**preferences, "unsubscribed": []})
    assert again.json()["unsubscribed"] == []
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    assert_problem(await api.post(forged), 404, "notification.invalid_link")
