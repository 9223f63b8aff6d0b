"""Only data that Telegram signed is accepted."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
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
from booking_domain.identity.errors import InvalidAssertion, TelegramNotConfigured
from booking_domain.identity.external_identities import (
    MAX_INIT_DATA,
    Assertion,
    IdentityProvider,
    InitData,
    TelegramProof,
    WidgetLogin,
)


@dataclass(frozen=True)
class Refused:
    """`InvalidAssertion`, by value."""

    subject: str | None


AT: Final = 1_795_392_900
NOW: Final = datetime.fromtimestamp(AT, UTC)
FRESHNESS: Final = timedelta(seconds=300)
BOT: Final = TelegramBotAssertions([TOKEN], freshness=FRESHNESS)
SUBJECT: Final = str(DORJ["id"])
REFUSED_WITH_SUBJECT: Final = Refused(SUBJECT)
REFUSED_WITHOUT_SUBJECT: Final = Refused(None)

OPENSSL_HASH_FOR_APP: Final = "180d2bd1f76f977cdd8e1aca061507b531504dc98d860287a2449b7288d2c74e"
OPENSSL_HASH_FOR_WIDGET: Final = "4e3c31d823f477ab6f3e9ccd76ad0ba726fed4b363a3ebe01abf6daebe4865f9"

Fields = dict[str, str]


def outcome(bot: TelegramBotAssertions, proof: TelegramProof, now: datetime) -> Assertion | Refused:
    try:
        return bot.read(proof, now)
    except InvalidAssertion as error:
        return Refused(error.subject)


def of_app(text: str, now: datetime = NOW, bot: TelegramBotAssertions = BOT) -> Assertion | Refused:
    return outcome(bot, InitData(text), now)


def of_fields(fields: Fields, now: datetime = NOW) -> Assertion | Refused:
    return of_app(query(fields), now)


def of_widget(fields: Fields, now: datetime = NOW, bot: TelegramBotAssertions = BOT) -> Assertion | Refused:
    return outcome(bot, WidgetLogin(fields), now)


def accepted(read: Assertion | Refused) -> Assertion:
    assert isinstance(read, Assertion), read
    return read


def app_fields() -> Fields:
    return signed_app(init_data_fields(AT))


def test_signed_init_data_is_accepted() -> None:
    read = accepted(of_app(init_data(AT)))
    assert read == Assertion(
        provider=IdentityProvider.TELEGRAM,
        subject="99281932",
        name="Бат + / & = Дорж",
        given_name="Дорж",
        family_name="Бат + / & =",
        locale="mn",
        digest=read.digest,
        good_until=NOW + FRESHNESS,
    )


def test_signed_widget_fields_are_accepted() -> None:
    read = accepted(of_widget(signed_widget(widget_fields(AT))))
    assert read == Assertion(
        provider=IdentityProvider.TELEGRAM,
        subject="99281932",
        name="Дорж Бат",
        given_name="Дорж",
        family_name="Бат",
        locale=None,
        digest=read.digest,
        good_until=NOW + FRESHNESS,
    )


def test_a_signature_made_with_openssl_is_accepted() -> None:
    """Made with `printf | openssl dgst -sha256 -mac HMAC`, as an independent check of this module's signing helpers."""
    token = "123456789:AAEexampleexampleexampleexample"
    text = "auth_date=1795392900&user=%7B%22id%22%3A1%7D&hash=" + OPENSSL_HASH_FOR_APP
    widget = {"auth_date": "1795392900", "id": "1", "hash": OPENSSL_HASH_FOR_WIDGET}
    bot = TelegramBotAssertions([token], freshness=FRESHNESS)
    assert accepted(of_app(text, bot=bot)).subject == accepted(of_widget(widget, bot=bot)).subject == "1"


@pytest.mark.parametrize("field", ["user", "chat_instance", "chat_type", "auth_date", "signature", "hash"])
def test_an_altered_or_missing_init_data_field_is_refused(field: str) -> None:
    fields = app_fields()
    user = json.dumps({**DORJ, "id": 1})
    altered = {"user": user, "auth_date": str(AT + 1)}.get(field, fields[field][:-1] + "x")
    assert isinstance(of_fields({**fields, field: altered}), Refused)
    assert isinstance(of_fields({**fields, field: ""}), Refused)
    assert isinstance(of_fields({key: value for key, value in fields.items() if key != field}), Refused)


@pytest.mark.parametrize("field", ["id", "first_name", "last_name", "username", "photo_url", "auth_date", "hash"])
def test_an_altered_or_missing_widget_field_is_refused(field: str) -> None:
    fields = signed_widget(widget_fields(AT))
    altered = {"id": "1", "auth_date": str(AT + 1)}.get(field, fields[field][:-1] + "x")
    assert isinstance(of_widget({**fields, field: altered}), Refused)
    assert isinstance(of_widget({**fields, field: ""}), Refused)
    assert isinstance(of_widget({key: value for key, value in fields.items() if key != field}), Refused)


@pytest.mark.parametrize("more", [{"start_param": "x"}, {"zzz": ""}, {"": ""}, {"Hash": "x"}, {"id": "1"}])
def test_an_extra_field_is_refused_unless_it_is_signed(more: Fields) -> None:
    assert of_fields({**app_fields(), **more}) == REFUSED_WITH_SUBJECT
    assert accepted(of_fields(signed_app({**init_data_fields(AT), **more}))).subject == SUBJECT
    assert isinstance(of_widget({**signed_widget(widget_fields(AT)), **more}), Refused)
    assert accepted(of_widget(signed_widget(widget_fields(AT, **more)))).subject == more.get("id", SUBJECT)


@given(order=st.permutations(sorted(app_fields())), plus=st.booleans())
@examples(30)
def test_field_order_and_percent_encoding_do_not_change_the_digest(*, order: list[str], plus: bool) -> None:
    fields = app_fields()
    first = accepted(of_app(query(fields)))
    again = {key: fields[key] for key in order}
    assert of_app(urlencode(again) if plus else query(again)) == first
    assert first.digest == accepted(of_app(query(again).replace("%7B", "%7b"))).digest


@given(st.data())
@examples(200)
def test_no_single_character_change_is_accepted(data: st.DataObject) -> None:
    text = init_data(AT)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    cut, longer = text[:place] + text[place + 1 :], text[:place] + letter + text[place:]
    for changed in (cut, longer, text[:place] + letter + text[place + 1 :]):
        if parse_qsl(changed, keep_blank_values=True) != parse_qsl(text, keep_blank_values=True):
            assert isinstance(of_app(changed), Refused)


@given(fields=st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=6), of_another_bot=st.booleans())
@examples(100)
def test_no_other_signer_is_accepted(*, fields: Fields, of_another_bot: bool) -> None:
    fields = {**init_data_fields(AT), **fields}
    for made in (
        signed_app(fields, OTHER_TOKEN) if of_another_bot else {**fields, "hash": hash_for_app(fields, "")},
        signed_widget(fields, OTHER_TOKEN),
    ):
        assert isinstance(of_fields(made), Refused)
        assert isinstance(of_widget(made), Refused)


@given(st.text(max_size=200) | st.text("&=;%abhs", max_size=60))
@examples(200)
def test_arbitrary_input_is_refused_without_an_exception(text: str) -> None:
    assert isinstance(of_app(text), Refused)
    assert isinstance(of_widget({"id": text, "hash": text, text: text, "auth_date": text}), Refused)


@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1, max_size=6).filter(lambda key: key not in {"user", "auth_date", "hash"}),
        st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=20),
        max_size=8,
    )
)
@examples(100)
def test_signed_data_is_accepted_with_any_extra_fields(more: Fields) -> None:
    assert accepted(of_fields(signed_app({**init_data_fields(AT), **more}))).subject == SUBJECT


@pytest.mark.parametrize("token", [OTHER_TOKEN, TOKEN[:-1], TOKEN.lower(), TOKEN.partition(":")[2]])
def test_another_bots_signature_is_refused(token: str) -> None:
    assert of_app(init_data(AT, token=token)) == REFUSED_WITH_SUBJECT
    assert of_widget(signed_widget(widget_fields(AT), token)) == REFUSED_WITH_SUBJECT


def test_a_previous_token_is_accepted() -> None:
    bot = TelegramBotAssertions([OTHER_TOKEN, TOKEN], freshness=FRESHNESS)
    for token in (TOKEN, OTHER_TOKEN):
        assert accepted(of_app(init_data(AT, token=token), bot=bot)).subject == SUBJECT
        assert accepted(of_widget(signed_widget(widget_fields(AT), token), bot=bot)).subject == SUBJECT


def test_init_data_and_widget_signatures_are_not_interchangeable() -> None:
    app, widget = init_data_fields(AT, id=SUBJECT), widget_fields(AT, user=json.dumps(DORJ))
    assert isinstance(of_fields({**app, "hash": hash_for_widget(app)}), Refused)
    assert isinstance(of_widget({**widget, "hash": hash_for_app(widget)}), Refused)
    both = accepted(of_fields(signed_app(app))), accepted(of_widget(signed_widget(app)))
    assert both[0].digest != both[1].digest


@pytest.mark.parametrize("encode", [str.upper, str.title, " {} ".format, "{}\n".format, "0x{}".format, "{}=".format])
def test_only_the_canonical_hash_encoding_is_accepted(encode: Any) -> None:
    fields = init_data_fields(AT)
    assert of_fields({**fields, "hash": encode(hash_for_app(fields))}) == REFUSED_WITH_SUBJECT
    shown = widget_fields(AT)
    assert of_widget({**shown, "hash": encode(hash_for_widget(shown))}) == REFUSED_WITH_SUBJECT


def test_the_third_party_signature_is_covered_by_the_hash() -> None:
    fields = init_data_fields(AT)
    without = {key: value for key, value in fields.items() if key != "signature"}
    assert of_fields({**fields, "hash": hash_for_app(without)}) == REFUSED_WITH_SUBJECT
    assert accepted(of_fields(signed_app(without))).subject == SUBJECT


def test_an_assertion_is_valid_for_five_minutes_and_not_from_the_future() -> None:
    instant = timedelta(microseconds=1)
    for now in (NOW - timedelta(seconds=60), NOW, NOW + FRESHNESS):
        assert accepted(of_app(init_data(AT), now)).good_until == NOW + FRESHNESS
    for now in (NOW - timedelta(seconds=60) - instant, NOW + FRESHNESS + instant, NOW + timedelta(days=365)):
        assert of_app(init_data(AT), now) == REFUSED_WITH_SUBJECT
        assert of_widget(signed_widget(widget_fields(AT)), now) == REFUSED_WITH_SUBJECT
    longer = TelegramBotAssertions([TOKEN], freshness=2 * FRESHNESS)
    assert accepted(of_app(init_data(AT), NOW + 2 * FRESHNESS, longer)).good_until == NOW + 2 * FRESHNESS


@pytest.mark.parametrize(
    "when", ["", "0", "-1", f"{AT}.0", f" {AT}", f"+{AT}", "1e9", "١٧٩٥٣٩٢٩٠٠", "9" * 11, "9" * 400]
)
def test_a_signed_but_malformed_date_is_refused(when: str) -> None:
    assert of_fields(signed_app({**init_data_fields(AT), "auth_date": when})) == REFUSED_WITH_SUBJECT
    assert of_widget(signed_widget({**widget_fields(AT), "auth_date": when})) == REFUSED_WITH_SUBJECT


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
def test_signed_init_data_without_a_valid_user_is_refused(user: str) -> None:
    assert of_fields(signed_app({**init_data_fields(AT), "user": user})) == REFUSED_WITHOUT_SUBJECT


def test_signed_data_nested_too_deeply_is_refused() -> None:
    deep = "[" * 3_000
    fields = signed_app({**init_data_fields(AT), "user": deep})
    text = query(fields).replace("%5B", "[")
    assert len(text) <= MAX_INIT_DATA
    assert of_app(text) == REFUSED_WITHOUT_SUBJECT


def test_invalid_utf_8_does_not_equal_its_replacement_character() -> None:
    text = init_data(AT, start_param="\ufffd")
    assert accepted(of_app(text)).subject == SUBJECT
    assert of_app(text.replace("%EF%BF%BD", "%FF")) == REFUSED_WITHOUT_SUBJECT


@pytest.mark.parametrize("subject", ["", "0", "-1", "01", " 1", "1.0", "١", "1\n", "12345678901234567"])
def test_signed_widget_fields_without_a_valid_id_are_refused(subject: str) -> None:
    assert of_widget(signed_widget(widget_fields(AT, id=subject))) == REFUSED_WITHOUT_SUBJECT


@pytest.mark.parametrize("is_bot", [True, 1, "false", None])
def test_bots_are_refused(is_bot: Any) -> None:
    assert of_app(init_data(AT, {**DORJ, "is_bot": is_bot})) == REFUSED_WITH_SUBJECT
    assert accepted(of_app(init_data(AT, {**DORJ, "is_bot": False}))).subject == SUBJECT


@pytest.mark.parametrize("repeated", ["user", "auth_date", "hash", "chat_type"])
def test_a_repeated_field_is_refused(repeated: str) -> None:
    fields, text = app_fields(), init_data(AT)
    for added in (fields[repeated], "x"):
        assert of_app(text + "&" + query({repeated: added})) == REFUSED_WITHOUT_SUBJECT
        assert of_app(query({repeated: added}) + "&" + text) == REFUSED_WITHOUT_SUBJECT


@pytest.mark.parametrize(
    "text", ["", "&", "\ud800=1", "user", "hash=", "%ff=%ff", "user={}&", "a=1;b=2", "&".join("a=1" * 40)]
)
def test_a_malformed_query_is_refused(text: str) -> None:
    assert of_app(text) == REFUSED_WITHOUT_SUBJECT


def test_init_data_over_the_size_limit_is_refused() -> None:
    short = init_data(AT, start_param="")
    longest = init_data(AT, start_param="x" * (MAX_INIT_DATA - len(short)))
    assert len(longest) == MAX_INIT_DATA
    assert accepted(of_app(longest)).subject == SUBJECT
    assert of_app(init_data(AT, start_param="x" * (MAX_INIT_DATA - len(short) + 1))) == REFUSED_WITHOUT_SUBJECT


def forged_with_line_breaks() -> Fields:
    """User 777's signed data, whose name contains line breaks, split differently into fields of user 1."""
    signed = signed_widget(
        {"auth_date": str(AT), "first_name": "Bat\nid=1\nlast_name=x", "id": "777", "last_name": "y"}
    )
    forged = {"auth_date": str(AT), "first_name": "Bat", "id": "1", "last_name": "x\nid=777\nlast_name=y"}
    assert check_string(forged) == check_string({key: value for key, value in signed.items() if key != "hash"})
    return {**forged, "hash": signed["hash"]}


def test_signed_lines_cannot_be_split_into_other_fields() -> None:
    assert of_widget(forged_with_line_breaks()) == Refused("1")
    for key in ("zz=a", "zz\na"):
        assert of_fields(signed_app({**init_data_fields(AT), key: "b"})) == REFUSED_WITH_SUBJECT


def test_without_the_line_break_check_a_forged_user_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def search(self, _: str) -> None:
            return None

    monkeypatch.setattr(assertions, "_BREAKS_LINES", Nothing())
    assert accepted(of_widget(forged_with_line_breaks())).subject == "1"


def test_without_comparing_hashes_a_forgery_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: True)
    assert accepted(of_fields({**init_data_fields(AT), "hash": "0" * 64})).subject == SUBJECT


def test_hashes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real: Callable[[bytes, bytes], bool] = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    fields = init_data_fields(AT)
    assert of_fields({**fields, "hash": "0" * 64}) == REFUSED_WITH_SUBJECT
    assert compared == [(hash_for_app(fields).encode(), b"0" * 64)]


def test_without_a_token_telegram_is_not_configured() -> None:
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
def test_names_keep_only_visible_characters(user: dict[str, Any], name: tuple[str | None, ...]) -> None:
    text = json.dumps({"id": 1, **user})  # ASCII only: lone surrogates and NUL are escaped
    read = accepted(of_fields(signed_app({**init_data_fields(AT), "user": text})))
    assert (read.name, read.given_name, read.family_name) == name


@pytest.mark.parametrize(
    ("code", "locale"),
    [("mn", "mn"), ("fa-IR", "fa"), ("en", "en"), ("de", None), ("FA", "fa"), ("", None), (None, None), (7, None)],
)
def test_the_language_code_maps_to_a_supported_locale(code: Any, locale: str | None) -> None:
    assert accepted(of_app(init_data(AT, {**DORJ, "language_code": code}))).locale == locale


@given(st.integers(1, 10**16 - 1), st.integers(1, 10**16 - 1))
@examples(50)
def test_assertions_of_different_users_have_different_digests(one: int, other: int) -> None:
    assume(one != other)
    first, second = (accepted(of_app(init_data(AT, {**DORJ, "id": each}))) for each in (one, other))
    assert (first.subject, second.subject) == (str(one), str(other))
    assert first.digest != second.digest
