"""Admins see the templates of messages, with a preview in each language."""

from typing import Any, Final

import pytest
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.notifications.events import MessageTestRequested
from booking_domain.shared.languages import LANGUAGES
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, SAMPLES
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator, OverridingTranslator
from entrypoints.languages.values import values_of, without_isolates

PATH: Final = "/admin/message-templates"


async def test_an_admin_lists_all_templates_and_sees_each_in_all_languages_as_it_is_sent(api: Api) -> None:
    admin = await api.an_admin()
    listed = (await api.get(PATH, admin)).json()["items"]
    assert [each["templateKey"] for each in listed] == sorted(MESSAGE_TEMPLATES)
    for template in listed:
        filled = MESSAGE_TEMPLATES[template["templateKey"]].fill(**SAMPLES)
        answer = await api.get(f"{PATH}/{template['templateKey']}", admin)
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert [each["name"] for each in shown["fields"]] == template["fields"]
        assert [each["language"] for each in shown["texts"]] == list(LANGUAGES)
        for text in shown["texts"]:
            assert "{" not in text["preview"]["subject"] + text["preview"]["text"]
            for field in shown["fields"]:
                named = f"{{{field['name']}}}"
                assert (named in text["text"]) == (named in template["text"]), text
                sample = without_isolates(filled.written(named, values_of(text["language"])))
                assert (named in text["text"]) <= (sample in text["preview"]["text"]), text


async def test_a_preview_tells_how_many_segments_a_text_message_has(api: Api) -> None:
    shown = (await api.get(f"{PATH}/waitlist.offered", await api.an_admin())).json()
    english, mongolian = (next(t for t in shown["texts"] if t["language"] == each) for each in ("en", "mn"))
    assert english["preview"] == {
        "subject": "Waiting list: a time with “Bold Ink” has come free",
        "text": "A time has come free: Bold Ink, Tue 24 Nov 2026, 10:00 (Ulaanbaatar); it is held for you until "
        "Tue 24 Nov 2026, 11:00 (Ulaanbaatar).",
        "smsSegments": 1,
    }
    assert mongolian["preview"]["smsSegments"] == 3


async def test_others_see_no_template_and_an_unknown_key_is_not_found(api: Api) -> None:
    customer = await api.joined("customer")
    assert_problem(await api.get(f"{PATH}/waitlist.offered", customer), 403, "auth.not_permitted")
    assert_problem(await api.get(f"{PATH}/no.such", await api.an_admin()), 404, "message.template_not_found")


OFFER: Final = f"{PATH}/waitlist.offered/en"
TEXT: Final = {"subject": "Good news: “{provider}” has time for you", "text": "Come on {when}! Held until {until}."}


async def in_english(api: Api, admin: str) -> dict[str, Any]:
    texts = (await api.get(f"{PATH}/waitlist.offered", admin)).json()["texts"]
    return dict(next(each for each in texts if each["language"] == "en"))


async def test_an_admin_writes_a_text_and_returns_to_the_built_in_one(api: Api) -> None:
    admin = await api.an_admin()
    before = await in_english(api, admin)
    answers = [await api.call("PUT", OFFER, admin, json=TEXT) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200], answers[0].text
    written = await in_english(api, admin)
    assert answers[1].json() == written
    assert (written["subject"], written["text"]) == (TEXT["subject"], TEXT["text"])
    assert written["overriddenAt"]
    assert written["preview"] == {
        "subject": "Good news: “Bold Ink” has time for you",
        "text": "Come on Tue 24 Nov 2026, 10:00 (Ulaanbaatar)! Held until Tue 24 Nov 2026, 11:00 (Ulaanbaatar).",
        "smsSegments": 1,
    }
    for _ in range(2):
        assert (await api.delete(OFFER, admin)).status_code == 204
    assert await in_english(api, admin) == before
    audited = (await api.get("/admin/audit", admin)).json()["items"]
    assert [(each["action"], each["details"]["templateKey"]) for each in audited if "template" in each["action"]] == [
        ("message_template.restored", "waitlist.offered"),
        ("message_template.restored", "waitlist.offered"),
        ("message_template.written", "waitlist.offered"),
        ("message_template.written", "waitlist.offered"),
    ]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": "Come to {customer}"}, "/text"),
        ({"text": "Come on {when"}, "/text"),
        ({"text": "Come on {when!r}"}, "/text"),
        ({"text": "Come on {when:>1000000}"}, "/text"),
        ({"text": "Come to {provider.__class__}"}, "/text"),
        ({"text": "Come to {}"}, "/text"),
        ({"text": "   "}, "/text"),
        ({"subject": "Time\r\nBcc: someone@example.com"}, "/subject"),
        ({"subject": "{code}"}, "/subject"),
        ({"subject": "{provider}"}, "/subject"),
        ({"subject": "!! {provider} has time for you"}, "/subject"),
    ],
)
async def test_a_text_that_cannot_be_filled_is_refused(api: Api, change: dict[str, str], pointer: str) -> None:
    admin = await api.an_admin()
    for method, path in (("PUT", OFFER), ("POST", f"{OFFER}/preview")):
        refused = await api.call(method, path, admin, json={**TEXT, **change})
        assert_problem(refused, 422, "validation.invalid_value", pointer)
    assert "overriddenAt" not in await in_english(api, admin)


async def test_texts_of_codes_and_links_and_unknown_languages_are_not_written(api: Api) -> None:
    admin = await api.an_admin()
    fixed = [key for key in MESSAGE_TEMPLATES if key.startswith(("code.", "links."))]
    assert len(fixed) > 2
    for key in fixed:
        refused = await api.call("PUT", f"{PATH}/{key}/en", admin, json={"subject": "A", "text": "B"})
        assert_problem(refused, 422, "message.template_fixed")
    for path in (f"{PATH}/waitlist.offered/de", f"{PATH}/no.such/en"):
        assert_problem(await api.call("PUT", path, admin, json=TEXT), 404, "message.template_not_found")


async def test_a_preview_fills_in_the_samples_and_stores_nothing(api: Api) -> None:
    admin = await api.an_admin()
    shown = await api.post(
        f"{OFFER}/preview", admin, json={"subject": "<b>Free: {provider}</b>", "text": "A <i>{when}</i>"}
    )
    assert shown.status_code == 200, shown.text
    assert shown.json() == {
        "subject": "<b>Free: Bold Ink</b>",
        "text": "A <i>Tue 24 Nov 2026, 10:00 (Ulaanbaatar)</i>",
        "smsSegments": 1,
    }
    assert "overriddenAt" not in await in_english(api, admin)


async def test_a_test_message_goes_to_the_requesting_admin_marked_and_with_the_stored_text(api: Api) -> None:
    admin = await api.an_admin()
    await api.call("PUT", OFFER, admin, json=TEXT)
    assert (await api.post(f"{OFFER}/test", admin)).status_code == 204
    [event] = [each for each in await api.database.outbox_events() if isinstance(each, MessageTestRequested)]
    reads, notifier = api.container.reads(), MemoryNotifier()
    translator = OverridingTranslator(GettextTranslator("en"), await reads.message_overrides.all())
    await notify(event, reads=reads, notifier=notifier, translator=translator)
    [notice] = notifier.notices.values()
    assert notice.subject == "[Test] Good news: “Bold Ink” has time for you"
    assert notice.text == (
        "[Test] Come on Tue 24 Nov 2026, 10:00 (Ulaanbaatar)! Held until Tue 24 Nov 2026, 11:00 (Ulaanbaatar)."
    )
    assert {each.user_id for each in notifier.delivered} <= {event.user_id}
