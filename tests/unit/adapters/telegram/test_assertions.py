"""What Telegram signs is taken, and nothing else is: signatures made here with the standard library alone."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.adapters.telegram.bot import (
    DORJ,
    OTHER_TOKEN,
    TOKEN,
    check_string,
    hash_for_app,
    hash_for_widget,
    init_data,
    init_data_fields,
    query,
    signed_app,
    signed_widget,
    widget_fields,
)
from tests.unit.effort import examples

from adapters.telegram import assertions
from adapters.telegram.assertions import TelegramBotAssertions
from booking_domain.identity.errors import TelegramNotConfigured
from booking_domain.identity.external_identities import (
    MAX_INIT_DATA,
    Assertion,
    AssertionRefused,
    IdentityProvider,
    InitData,
    WidgetLogin,
)

AT: Final = 1_795_392_900
NOW: Final = datetime.fromtimestamp(AT, UTC)
FRESHNESS: Final = timedelta(seconds=300)
BOT: Final = TelegramBotAssertions([TOKEN], freshness=FRESHNESS)
SUBJECT: Final = str(DORJ["id"])
NAMED: Final = AssertionRefused(provider=IdentityProvider.TELEGRAM, subject=SUBJECT)
UNNAMED: Final = AssertionRefused(provider=IdentityProvider.TELEGRAM, subject=None)

OF_OPENSSL_FOR_APP: Final = "180d2bd1f76f977cdd8e1aca061507b531504dc98d860287a2449b7288d2c74e"
OF_OPENSSL_FOR_WIDGET: Final = "4e3c31d823f477ab6f3e9ccd76ad0ba726fed4b363a3ebe01abf6daebe4865f9"

Fields = dict[str, str]


def of_app(text: str, now: datetime = NOW, bot: TelegramBotAssertions = BOT) -> Assertion | AssertionRefused:
    return bot.read(InitData(text), now)


def of_fields(fields: Fields, now: datetime = NOW) -> Assertion | AssertionRefused:
    return of_app(query(fields), now)


def of_widget(fields: Fields, now: datetime = NOW, bot: TelegramBotAssertions = BOT) -> Assertion | AssertionRefused:
    return bot.read(WidgetLogin(fields), now)


def taken(read: Assertion | AssertionRefused) -> Assertion:
    assert isinstance(read, Assertion), read
    return read


def app_fields() -> Fields:
    return signed_app(init_data_fields(AT))


def test_what_a_mini_app_is_given_is_taken() -> None:
    read = taken(of_app(init_data(AT)))
    assert read == Assertion(
        provider=IdentityProvider.TELEGRAM,
        subject="99281932",
        name="Дорж Бат + / & =",
        given_name="Дорж",
        family_name="Бат + / & =",
        locale="mn",
        digest=read.digest,
        good_until=NOW + FRESHNESS,
    )


def test_what_the_widget_answers_is_taken() -> None:
    read = taken(of_widget(signed_widget(widget_fields(AT))))
    assert read == Assertion(
        provider=IdentityProvider.TELEGRAM,
        subject="99281932",
        name="Дорж Бат",
        given_name="Дорж",
        family_name="Бат",
        locale="en",
        digest=read.digest,
        good_until=NOW + FRESHNESS,
    )


def test_a_signature_made_by_hand_is_taken() -> None:
    """Made with `printf | openssl dgst -sha256 -mac HMAC`, to hold the helper of these tests to something."""
    token = "123456789:AAEexampleexampleexampleexample"
    text = "auth_date=1795392900&user=%7B%22id%22%3A1%7D&hash=" + OF_OPENSSL_FOR_APP
    widget = {"auth_date": "1795392900", "id": "1", "hash": OF_OPENSSL_FOR_WIDGET}
    bot = TelegramBotAssertions([token], freshness=FRESHNESS)
    assert taken(of_app(text, bot=bot)).subject == taken(of_widget(widget, bot=bot)).subject == "1"


@pytest.mark.parametrize("field", ["user", "chat_instance", "chat_type", "auth_date", "signature", "hash"])
def test_a_field_of_a_mini_app_that_was_altered_or_taken_out_is_noticed(field: str) -> None:
    fields = app_fields()
    user = json.dumps({**DORJ, "id": 1})
    altered = {"user": user, "auth_date": str(AT + 1)}.get(field, fields[field][:-1] + "x")
    assert isinstance(of_fields({**fields, field: altered}), AssertionRefused)
    assert isinstance(of_fields({**fields, field: ""}), AssertionRefused)
    assert isinstance(of_fields({key: value for key, value in fields.items() if key != field}), AssertionRefused)


@pytest.mark.parametrize("field", ["id", "first_name", "last_name", "username", "photo_url", "auth_date", "hash"])
def test_a_field_of_the_widget_that_was_altered_or_taken_out_is_noticed(field: str) -> None:
    fields = signed_widget(widget_fields(AT))
    altered = {"id": "1", "auth_date": str(AT + 1)}.get(field, fields[field][:-1] + "x")
    assert isinstance(of_widget({**fields, field: altered}), AssertionRefused)
    assert isinstance(of_widget({**fields, field: ""}), AssertionRefused)
    assert isinstance(of_widget({key: value for key, value in fields.items() if key != field}), AssertionRefused)


@pytest.mark.parametrize("more", [{"start_param": "x"}, {"zzz": ""}, {"": ""}, {"Hash": "x"}, {"id": "1"}])
def test_an_added_field_is_noticed_and_a_signed_one_is_not_minded(more: Fields) -> None:
    assert of_fields({**app_fields(), **more}) == NAMED
    assert taken(of_fields(signed_app({**init_data_fields(AT), **more}))).subject == SUBJECT
    assert isinstance(of_widget({**signed_widget(widget_fields(AT)), **more}), AssertionRefused)
    assert taken(of_widget(signed_widget(widget_fields(AT, **more)))).subject == more.get("id", SUBJECT)


@given(order=st.permutations(sorted(app_fields())), plus=st.booleans())
@examples(30)
def test_neither_order_nor_spelling_of_the_query_matters_nor_makes_it_another_one(
    *, order: list[str], plus: bool
) -> None:
    fields = app_fields()
    first = taken(of_app(query(fields)))
    again = {key: fields[key] for key in order}
    assert of_app(urlencode(again) if plus else query(again)) == first
    assert first.digest == taken(of_app(query(again).replace("%7B", "%7b"))).digest


@given(st.data())
@examples(200)
def test_no_change_of_a_single_character_passes(data: st.DataObject) -> None:
    text = init_data(AT)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    cut, longer = text[:place] + text[place + 1 :], text[:place] + letter + text[place:]
    for changed in (cut, longer, text[:place] + letter + text[place + 1 :]):
        if parse_qsl(changed, keep_blank_values=True) != parse_qsl(text, keep_blank_values=True):
            assert isinstance(of_app(changed), AssertionRefused)


@given(fields=st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=6), of_another_bot=st.booleans())
@examples(100)
def test_nothing_that_a_stranger_signs_passes(*, fields: Fields, of_another_bot: bool) -> None:
    fields = {**init_data_fields(AT), **fields}
    for made in (
        signed_app(fields, OTHER_TOKEN) if of_another_bot else {**fields, "hash": hash_for_app(fields, "")},
        signed_widget(fields, OTHER_TOKEN),
    ):
        assert isinstance(of_fields(made), AssertionRefused)
        assert isinstance(of_widget(made), AssertionRefused)


@given(st.text(max_size=200) | st.text("&=;%abhs", max_size=60))
@examples(200)
def test_whatever_is_shown_is_read_without_an_error(text: str) -> None:
    assert isinstance(of_app(text), AssertionRefused)
    assert isinstance(of_widget({"id": text, "hash": text, text: text, "auth_date": text}), AssertionRefused)


@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1, max_size=6).filter(lambda key: key not in {"user", "auth_date", "hash"}),
        st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=20),
        max_size=8,
    )
)
@examples(100)
def test_all_that_is_signed_passes_whatever_fields_it_has(more: Fields) -> None:
    assert taken(of_fields(signed_app({**init_data_fields(AT), **more}))).subject == SUBJECT


@pytest.mark.parametrize("token", [OTHER_TOKEN, TOKEN[:-1], TOKEN.lower(), TOKEN.partition(":")[2]])
def test_another_bots_signature_is_none(token: str) -> None:
    assert of_app(init_data(AT, token=token)) == NAMED
    assert of_widget(signed_widget(widget_fields(AT), token)) == NAMED


def test_a_previous_token_is_good_too() -> None:
    bot = TelegramBotAssertions([OTHER_TOKEN, TOKEN], freshness=FRESHNESS)
    for token in (TOKEN, OTHER_TOKEN):
        assert taken(of_app(init_data(AT, token=token), bot=bot)).subject == SUBJECT
        assert taken(of_widget(signed_widget(widget_fields(AT), token), bot=bot)).subject == SUBJECT


def test_neither_of_the_two_passes_for_the_other() -> None:
    app, widget = init_data_fields(AT, id=SUBJECT), widget_fields(AT, user=json.dumps(DORJ))
    assert isinstance(of_fields({**app, "hash": hash_for_widget(app)}), AssertionRefused)
    assert isinstance(of_widget({**widget, "hash": hash_for_app(widget)}), AssertionRefused)
    both = taken(of_fields(signed_app(app))), taken(of_widget(signed_widget(app)))
    assert both[0].digest != both[1].digest


@pytest.mark.parametrize("spelt", [str.upper, str.title, " {} ".format, "{}\n".format, "0x{}".format, "{}=".format])
def test_a_hash_is_written_in_one_way(spelt: Any) -> None:
    fields = init_data_fields(AT)
    assert of_fields({**fields, "hash": spelt(hash_for_app(fields))}) == NAMED
    shown = widget_fields(AT)
    assert of_widget({**shown, "hash": spelt(hash_for_widget(shown))}) == NAMED


def test_the_signature_for_third_parties_is_signed_with_the_rest() -> None:
    fields = init_data_fields(AT)
    without = {key: value for key, value in fields.items() if key != "signature"}
    assert of_fields({**fields, "hash": hash_for_app(without)}) == NAMED
    assert taken(of_fields(signed_app(without))).subject == SUBJECT


def test_it_is_good_for_five_minutes_and_not_from_the_future() -> None:
    instant = timedelta(microseconds=1)
    for now in (NOW - timedelta(seconds=60), NOW, NOW + FRESHNESS):
        assert taken(of_app(init_data(AT), now)).good_until == NOW + FRESHNESS
    for now in (NOW - timedelta(seconds=60) - instant, NOW + FRESHNESS + instant, NOW + timedelta(days=365)):
        assert of_app(init_data(AT), now) == NAMED
        assert of_widget(signed_widget(widget_fields(AT)), now) == NAMED
    longer = TelegramBotAssertions([TOKEN], freshness=2 * FRESHNESS)
    assert taken(of_app(init_data(AT), NOW + 2 * FRESHNESS, longer)).good_until == NOW + 2 * FRESHNESS


@pytest.mark.parametrize(
    "when", ["", "0", "-1", f"{AT}.0", f" {AT}", f"+{AT}", "1e9", "١٧٩٥٣٩٢٩٠٠", "9" * 11, "9" * 400]
)
def test_a_signed_date_that_is_none_is_refused(when: str) -> None:
    assert of_fields(signed_app({**init_data_fields(AT), "auth_date": when})) == NAMED
    assert of_widget(signed_widget({**widget_fields(AT), "auth_date": when})) == NAMED


@pytest.mark.parametrize(
    "user",
    [
        "",
        "null",
        "[]",
        "7",
        "{}",
        "{",
        '{"id":null}',
        '{"id":true}',
        '{"id":"1"}',
        '{"id":1.0}',
        '{"id":0}',
        '{"id":-1}',
        '{"id":12345678901234567}',
        '{"id":' + "9" * 1_000 + "}",
        '{"first_name":"Dorj"}',
    ],
)
def test_signed_data_about_nobody_is_refused(user: str) -> None:
    assert of_fields(signed_app({**init_data_fields(AT), "user": user})) == UNNAMED


def test_signed_data_nested_too_deeply_is_refused() -> None:
    deep = "[" * 3_000
    fields = signed_app({**init_data_fields(AT), "user": deep})
    text = query(fields).replace("%5B", "[")
    assert len(text) <= MAX_INIT_DATA
    assert of_app(text) == UNNAMED


def test_what_is_not_utf_8_does_not_pass_for_what_replaces_it() -> None:
    text = init_data(AT, start_param="\ufffd")
    assert taken(of_app(text)).subject == SUBJECT
    assert of_app(text.replace("%EF%BF%BD", "%FF")) == UNNAMED


@pytest.mark.parametrize("subject", ["", "0", "-1", "01", " 1", "1.0", "١", "1\n", "12345678901234567"])
def test_a_signed_widget_about_nobody_is_refused(subject: str) -> None:
    assert of_widget(signed_widget(widget_fields(AT, id=subject))) == UNNAMED


@pytest.mark.parametrize("is_bot", [True, 1, "false", None])
def test_bots_are_refused(is_bot: Any) -> None:
    assert of_app(init_data(AT, {**DORJ, "is_bot": is_bot})) == NAMED
    assert taken(of_app(init_data(AT, {**DORJ, "is_bot": False}))).subject == SUBJECT


@pytest.mark.parametrize("twice", ["user", "auth_date", "hash", "chat_type"])
def test_a_field_that_is_there_twice_is_refused(twice: str) -> None:
    fields, text = app_fields(), init_data(AT)
    for added in (fields[twice], "x"):
        assert of_app(text + "&" + query({twice: added})) == UNNAMED
        assert of_app(query({twice: added}) + "&" + text) == UNNAMED


@pytest.mark.parametrize(
    "text", ["", "&", "\ud800=1", "user", "hash=", "%ff=%ff", "user={}&", "a=1;b=2", "&".join("a=1" * 40)]
)
def test_what_is_no_query_is_refused(text: str) -> None:
    assert of_app(text) == UNNAMED


def test_what_is_too_long_is_not_looked_at() -> None:
    short = init_data(AT, start_param="")
    longest = init_data(AT, start_param="x" * (MAX_INIT_DATA - len(short)))
    assert len(longest) == MAX_INIT_DATA
    assert taken(of_app(longest)).subject == SUBJECT
    assert of_app(init_data(AT, start_param="x" * (MAX_INIT_DATA - len(short) + 1))) == UNNAMED


def forged_by_a_line_break() -> Fields:
    """The lines that Telegram has signed for 777, whose name has a line break in it, cut into the fields of 1."""
    signed = signed_widget(
        {"auth_date": str(AT), "first_name": "Bat\nid=1\nlast_name=x", "id": "777", "last_name": "y"}
    )
    forged = {"auth_date": str(AT), "first_name": "Bat", "id": "1", "last_name": "x\nid=777\nlast_name=y"}
    assert check_string(forged) == check_string({key: value for key, value in signed.items() if key != "hash"})
    return {**forged, "hash": signed["hash"]}


def test_signed_lines_cannot_be_cut_into_other_fields() -> None:
    assert of_widget(forged_by_a_line_break()) == AssertionRefused(provider=IdentityProvider.TELEGRAM, subject="1")
    for key in ("zz=a", "zz\na"):
        assert of_fields(signed_app({**init_data_fields(AT), key: "b"})) == NAMED


def test_if_line_breaks_were_let_through_somebody_else_could_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def search(self, _: str) -> None:
            return None

    monkeypatch.setattr(assertions, "_BREAKS_LINES", Nothing())
    assert taken(of_widget(forged_by_a_line_break())).subject == "1"


def test_if_hashes_were_not_compared_anybody_could_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: True)
    assert taken(of_fields({**init_data_fields(AT), "hash": "0" * 64})).subject == SUBJECT


def test_hashes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real: Callable[[bytes, bytes], bool] = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    fields = init_data_fields(AT)
    assert of_fields({**fields, "hash": "0" * 64}) == NAMED
    assert compared == [(hash_for_app(fields).encode(), b"0" * 64)]


def test_without_a_bot_nobody_comes_from_telegram() -> None:
    bot = TelegramBotAssertions([], freshness=FRESHNESS)
    for proof in (InitData(init_data(AT)), WidgetLogin(signed_widget(widget_fields(AT)))):
        with pytest.raises(TelegramNotConfigured):
            bot.read(proof, NOW)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"first_name": "Дорж"}, ("Дорж", "Дорж", None)),
        ({"last_name": "Бат"}, ("Бат", None, "Бат")),
        ({}, ("Telegram", None, None)),
        ({"first_name": " \u200c\u200d\u2060 ", "last_name": "\u0000\ud800"}, ("Telegram", None, None)),
        ({"first_name": 7, "last_name": None}, ("Telegram", None, None)),
        ({"first_name": "Bat\u202e\u0000-\u00a0Erdene\n"}, ("Bat- Erdene", "Bat- Erdene", None)),
        ({"first_name": "می\u200cخواهم"}, ("می\u200cخواهم", "می\u200cخواهم", None)),
        ({"first_name": "a" * 64, "last_name": "b" * 64}, ("a" * 64 + " " + "b" * 55, "a" * 64, "b" * 64)),
        ({"first_name": "a" * 300}, ("a" * 120, "a" * 120, None)),
    ],
)
def test_names_are_what_can_be_seen_of_them(user: dict[str, Any], name: tuple[str | None, ...]) -> None:
    text = json.dumps({"id": 1, **user})  # in ASCII: lone surrogates and NUL come as escapes
    read = taken(of_fields(signed_app({**init_data_fields(AT), "user": text})))
    assert (read.name, read.given_name, read.family_name) == name


@pytest.mark.parametrize(
    ("code", "locale"),
    [("mn", "mn"), ("fa-IR", "fa"), ("en", "en"), ("de", "en"), ("FA", "fa"), ("", "en"), (None, "en"), (7, "en")],
)
def test_the_language_is_one_of_ours(code: Any, locale: str) -> None:
    assert taken(of_app(init_data(AT, {**DORJ, "language_code": code}))).locale == locale


@given(st.integers(1, 10**16 - 1), st.integers(1, 10**16 - 1))
@examples(50)
def test_each_subject_has_assertions_of_its_own(one: int, other: int) -> None:
    assume(one != other)
    first, second = (taken(of_app(init_data(AT, {**DORJ, "id": each}))) for each in (one, other))
    assert (first.subject, second.subject) == (str(one), str(other))
    assert first.digest != second.digest
