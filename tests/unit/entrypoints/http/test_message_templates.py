"""Admins see the templates of messages, with a preview in each language."""

from typing import Final

from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.shared.languages import LANGUAGES
from booking_domain.workflows.message_templates import MESSAGE_TEMPLATES

PATH: Final = "/admin/message-templates"


async def test_an_admin_lists_all_templates_and_sees_each_in_all_languages_as_it_is_sent(api: Api) -> None:
    admin = await api.an_admin()
    listed = (await api.get(PATH, admin)).json()["items"]
    assert [each["templateKey"] for each in listed] == sorted(MESSAGE_TEMPLATES)
    for template in listed:
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
                assert (named in text["text"]) <= (field["sample"] in text["preview"]["text"]), text


async def test_a_preview_tells_how_many_segments_a_text_message_has(api: Api) -> None:
    shown = (await api.get(f"{PATH}/waitlist.offered", await api.an_admin())).json()
    english, mongolian = (next(t for t in shown["texts"] if t["language"] == each) for each in ("en", "mn"))
    assert english["preview"] == {
        "subject": "Bold Ink: a time has come free",
        "text": "A time has come free: Bold Ink, 2026-11-24 10:00; it is held for you until 2026-11-24 11:00.",
        "smsSegments": 1,
    }
    assert mongolian["preview"]["smsSegments"] == 2


async def test_others_see_no_template_and_an_unknown_key_is_not_found(api: Api) -> None:
    customer = await api.joined("customer")
    assert_problem(await api.get(f"{PATH}/waitlist.offered", customer), 403, "auth.not_permitted")
    assert_problem(await api.get(f"{PATH}/no.such", await api.an_admin()), 404, "message_template.not_found")
