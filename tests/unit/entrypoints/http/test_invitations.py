"""Invitations of a salon by e-mail, text message or a link, to people who need no account yet."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem
from tests.unit.entrypoints.http.test_one_time_codes import PHONE
from tests.unit.entrypoints.http.test_sign_ups import SARAA
from tests.unit.entrypoints.http.test_sign_ups import signed_up as signed_up_by_code

from booking_domain.catalogue.events import InvitationSent
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.notifications.ports import OutgoingMessage
from booking_domain.shared.ids import UserId
from booking_domain.testing.memory import MemoryMessageSender
from booking_domain.use_cases.catalogue.invitation_messages import send_invitation

NOMIN: Final = "nomin@example.com"
OPEN: Final = "/salons/invitations/open"
ACCEPT: Final = "/salons/invitations/accept"
INVALID: Final = "salon.invalid_invitation"


async def salon_of(api: Api, manager: str, name: str = "Nomad") -> str:
    """The path of a new salon."""
    made = await api.post("/salons", manager, json={"name": name, "timeZone": "Asia/Ulaanbaatar"})
    return f"/salons/{made.json()['id']}"


async def invited(api: Api, manager: str, salon: str, **whom: Any) -> dict[str, Any]:
    answer = await api.post(f"{salon}/invitations", manager, json=whom)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def sent(api: Api, *, web_url: str = "https://book.example") -> list[OutgoingMessage]:
    """The messages of all invitations that were to be sent."""
    sender = MemoryMessageSender()
    for event in await api.database.outbox_events():
        if isinstance(event, InvitationSent):
            await send_invitation(
                event,
                clock=api.clock,
                reads=api.container.reads(),
                sender=sender,
                translator=api.container.translator(),
                web_url=web_url,
            )
    return list(sender.delivered)


async def signed_up(api: Api, *, verified: bool = True, **who: str) -> str:
    """The token of a provider with a draft of a profile."""
    person = {"password": PASSWORD, "name": "Nomin", "role": "provider", **who}
    answer = (await api.post("/auth/register", json=person)).json()
    if verified:
        async with api.container.database().begin() as tx:
            user = await tx.users.lock(UserId(UUID(answer["user"]["id"])))
            assert user is not None
            await tx.users.save(user.verified(ContactChannel.EMAIL, api.clock.now()))
    token = str(answer["accessToken"])
    assert (await api.post("/providers/me", token, json={"displayName": "Nomin"})).status_code == 201
    return token


async def test_who_signs_up_with_a_number_finds_the_invitation_by_text_message(api: Api) -> None:
    manager = await api.joined("manager")
    salon = await salon_of(api, manager)
    await invited(api, manager, salon, phone="99112233")
    [message] = await sent(api)
    assert (message.to, message.channel) == (PHONE["phone"], "sms")
    begun = await signed_up_by_code(api)
    nomin = (await api.post("/auth/complete-profile", begun["accessToken"], json=SARAA)).json()["accessToken"]
    [waiting] = (await api.get("/salons/invitations", nomin)).json()["items"]
    assert waiting["salon"]["name"] == "Nomad"
    assert_problem(await api.post(f"{salon}/members/me/accept", nomin), 404, "provider.profile_missing")
    assert (await api.post("/providers/me", nomin, json={"displayName": "Nomin"})).status_code == 201
    assert (await api.post(f"{salon}/members/me/accept", nomin)).json()["status"] == "member"


async def test_who_has_no_account_signs_up_and_finds_the_invitation(api: Api) -> None:
    contact = {"email": NOMIN}
    manager = await api.joined("manager")
    salon = await salon_of(api, manager)
    invitation = await invited(api, manager, salon, **contact)
    assert (invitation["state"], invitation["sentTo"]) == ("open", NOMIN)
    assert not {"url", "linkToken"} & set(invitation)
    again = await invited(api, manager, salon, **contact)
    assert again["id"] == invitation["id"]
    [message] = await sent(api)
    assert (message.to, message.channel) == (NOMIN, "email")
    assert "Nomad" in message.text
    assert "https://book.example/join#" in message.text
    stranger = await signed_up(api, verified=False, **contact)
    assert (await api.get("/salons/invitations", stranger)).json()["items"] == []
    assert_problem(await api.post(f"{salon}/members/me/accept", stranger), 404, "salon.not_invited")
    await api.verify_contacts()
    [waiting] = (await api.get("/salons/invitations", stranger)).json()["items"]
    assert waiting["salon"]["name"] == "Nomad"
    for _ in range(2):
        accepted = await api.post(f"{salon}/members/me/accept", stranger)
        assert (accepted.status_code, accepted.json()["status"]) == (200, "member")
    assert (await api.get("/salons/invitations", stranger)).json()["items"] == []
    [listed] = (await api.get(f"{salon}/invitations", manager)).json()["items"]
    assert (listed["state"], listed["uses"]) == ("used", 1)


async def test_the_link_of_a_message_opens_and_is_accepted_once(api: Api) -> None:
    manager = await api.joined("manager")
    salon = await salon_of(api, manager)
    await invited(api, manager, salon, email=NOMIN)
    [message] = await sent(api)
    wish = {"token": message.text.rpartition("#")[2]}
    shown = await api.post(OPEN, json=wish)
    assert (shown.json()["name"], shown.json()["sentTo"]) == ("Nomad", "n****@example.com")
    assert_problem(await api.post(OPEN, json={"token": "x" * 22}), 404, INVALID)
    first = await signed_up(api, email="other@example.com")
    for _ in range(2):
        assert (await api.post(ACCEPT, first, json=wish)).json()["status"] == "member"
    second = await signed_up(api, email="third@example.com")
    assert_problem(await api.post(ACCEPT, second, json=wish), 404, INVALID)
    assert_problem(await api.post(OPEN, json=wish), 404, INVALID)
    assert len((await api.get(f"{salon}/members", manager)).json()["items"]) == 1


async def test_a_link_to_pass_on_is_for_as_many_people_as_the_manager_says(api: Api) -> None:
    manager = await api.joined("manager")
    salon = await salon_of(api, manager)
    link = await invited(api, manager, salon, mostUses=2)
    assert await sent(api) == []
    wish = {"token": link["linkToken"]}
    people = [(await api.open_provider())[0] for _ in range(3)]
    answers = [await api.post(ACCEPT, each, json=wish) for each in people]
    assert [each.status_code for each in answers] == [200, 200, 404]
    rival = await api.joined("manager")
    other = await invited(api, rival, await salon_of(api, rival, "Ordos"))
    elsewhere = await api.post(ACCEPT, people[0], json={"token": other["linkToken"]})
    assert_problem(elsewhere, 409, "salon.member_elsewhere")
    assert (await api.get(f"{salon}/invitations", manager)).json()["items"][0]["uses"] == 2


async def test_an_invitation_expires_is_sent_again_and_withdrawn(api: Api) -> None:
    manager = await api.joined("manager")
    email = (await api.get("/users/me", manager)).json()["email"]
    salon = await salon_of(api, manager)
    invitation = await invited(api, manager, salon, email=NOMIN)
    path = f"{salon}/invitations/{invitation['id']}"
    assert_problem(await api.post(f"{path}/resend", manager), 429, "rate.limited")
    wish = {"token": (await sent(api))[0].text.rpartition("#")[2]}
    api.clock.advance(timedelta(days=14))
    manager = (await api.post("/auth/login", json={"email": email, "password": PASSWORD})).json()["accessToken"]
    [listed] = (await api.get(f"{salon}/invitations", manager)).json()["items"]
    assert listed["state"] == "expired"
    assert_problem(await api.post(OPEN, json=wish), 404, INVALID)
    assert await sent(api) == []
    renewed = await api.post(f"{path}/resend", manager)
    assert (renewed.status_code, renewed.json()["state"]) == (200, "open")
    assert (await api.post(OPEN, json=wish)).status_code == 200
    for _ in range(2):
        assert (await api.delete(path, manager)).status_code == 204
    assert_problem(await api.post(OPEN, json=wish), 404, INVALID)
    assert_problem(await api.post(f"{path}/resend", manager), 409, "salon.invitation_over")
    [listed] = (await api.get(f"{salon}/invitations", manager)).json()["items"]
    assert listed["state"] == "withdrawn"


async def test_who_declines_is_not_asked_again_by_that_invitation(api: Api) -> None:
    manager = await api.joined("manager")
    salon = await salon_of(api, manager)
    await invited(api, manager, salon, email=NOMIN)
    nomin = await signed_up(api, email=NOMIN)
    assert (await api.post(f"{salon}/members/me/decline", nomin)).status_code == 204
    assert (await api.get("/salons/invitations", nomin)).json()["items"] == []
    [listed] = (await api.get(f"{salon}/invitations", manager)).json()["items"]
    assert listed["state"] == "declined"
    assert "salon.left" in [each.topic for each in await api.database.outbox_events()]


async def test_the_answer_does_not_say_whether_an_account_has_the_contact(api: Api) -> None:
    await signed_up(api, email=NOMIN)
    manager = await api.joined("manager")
    salon = await salon_of(api, manager)
    known, unknown = [await invited(api, manager, salon, email=each) for each in (NOMIN, "nobody@example.com")]
    varying = {"id", "sentTo"}
    assert {name: known[name] for name in known.keys() - varying} == {
        name: unknown[name] for name in unknown.keys() - varying
    }


async def test_a_message_is_in_the_language_of_the_account_or_of_the_request(api: Api) -> None:
    persian = await signed_up(api, email=NOMIN)
    assert (await api.patch("/users/me", persian, json={"locale": "fa"})).status_code == 200
    manager = await api.joined("manager")
    assert (await api.patch("/users/me", manager, json={"locale": "mn"})).status_code == 200
    salon = await salon_of(api, manager)
    for whom in ({"email": NOMIN}, {"email": "a@example.com"}, {"email": "b@example.com", "language": "en"}):
        await invited(api, manager, salon, **whom)
    assert [each.language for each in await sent(api)] == ["fa", "mn", "en"]
    assert_problem(
        await api.post(f"{salon}/invitations", manager, json={"language": "de"}), 422, "validation.invalid_value"
    )
    [first, *_] = await sent(api, web_url="")
    assert "#" not in first.text


async def test_invitations_are_limited(api: Api) -> None:
    manager = await api.joined("manager")
    for number in range(5):
        await invited(api, manager, await salon_of(api, manager, f"Nomad {number}"), email=NOMIN)
    salon = await salon_of(api, manager)
    assert_problem(await api.post(f"{salon}/invitations", manager, json={"email": NOMIN}), 429, "rate.limited")
    both = {"email": NOMIN, "phone": "+97699112233"}
    assert_problem(
        await api.post(f"{salon}/invitations", manager, json=both), 422, "validation.invalid_value", "/phone"
    )
    many = {"email": "a@example.com", "mostUses": 2}
    assert_problem(
        await api.post(f"{salon}/invitations", manager, json=many), 422, "validation.invalid_value", "/mostUses"
    )
    rival = await api.joined("manager")
    assert_problem(await api.get(f"{salon}/invitations", rival), 403, "salon.not_yours")
