"""Error messages of the API in English, Mongolian and Persian."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import httpx
import msgspec
import pytest
from msgspec import Meta
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.entrypoints.http.test_bad_input import BODIES, OF_PROVIDERS, PARAMETERS

from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.languages import LANGUAGES
from entrypoints.cli.messages import concrete_errors, messages
from entrypoints.http.kit.refusals import Refusal
from entrypoints.http.kit.strict_json import read_json
from entrypoints.languages.catalogues import MESSAGE, catalogue_of

pytestmark = pytest.mark.no_cover  # covered by other tests, and twice as slow when traced

LETTERS = {"en": re.compile("[A-Za-z]"), "mn": re.compile("[А-Яа-яЁёӨөҮү]"), "fa": re.compile("[\u0600-\u06ff]")}
OTHERS = [language for language in LANGUAGES if language != "en"]


async def problems(
    api: Api, method: str, path: str, token: str | None = None, **request: Any
) -> dict[str, dict[str, Any]]:
    """Return the same problem in each language, of the account and of the request; programs read the same members."""
    headers = request.pop("headers", {})
    found = {}
    for language in LANGUAGES:
        if token is not None:
            await api.patch("/users/me", token, json={"locale": language})
        answer = await api.call(method, path, token, headers={**headers, "Accept-Language": language}, **request)
        assert_in(language, answer)
        found[language] = dict(answer.json())
    for problem in found.values():
        for name in ("type", "status", "instance", "code"):
            assert problem[name] == found["en"][name]
        assert pointers(problem) == pointers(found["en"])
    return found


def pointers(problem: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in problem.get("errors", ())]


def assert_in(language: str, answer: httpx.Response) -> None:
    """Assert that a problem has its title, detail, errors and `Content-Language` in this language."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers.get_list("Vary", split_commas=True)
    problem = answer.json()
    for text in (problem["title"], problem["detail"], *(error["message"] for error in problem.get("errors", ()))):
        assert LETTERS[language].search(text), text


async def test_a_taken_slot_is_rejected_in_every_language(api: Api) -> None:
    _, provider_id = await api.open_provider()
    await api.booked(await api.joined("customer"), provider_id)
    wish = {"providerId": provider_id, "slot": MONDAY_AT_TEN}
    answers = await problems(api, "POST", "/bookings", await api.joined("customer"), json=wish)
    assert [(each["status"], each["code"]) for each in answers.values()] == [(409, "booking.slot_taken")] * 3
    assert {language: (each["title"], each["detail"]) for language, each in answers.items()} == {
        "en": ("Conflict", "The time from Mon 23 Nov 2026, 10:00 (Ulaanbaatar) is already taken."),
        "mn": ("Зөрчил", "2026.11.23, даваа, 10:00 (Улаанбаатар) цагийг өөр хүн авсан байна."),
        "fa": ("تعارض", "زمانی که از دوشنبه ۲ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور) آغاز می‌شود پیش‌تر گرفته شده است."),
    }
    assert all(each["errors"] == [{"pointer": "/slot", "message": each["detail"]}] for each in answers.values())


async def test_input_of_the_wrong_type_is_rejected_in_every_language(api: Api) -> None:
    wish = {"providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21", "slot": MONDAY_AT_TEN, "durationMinutes": "60"}
    answers = await problems(api, "POST", "/bookings", await api.joined("customer"), json=wish)
    assert {language: each["errors"][0] for language, each in answers.items()} == {
        language: {"pointer": "/durationMinutes", "message": message, "reason": "wrong_type"}
        for language, message in {
            "en": "This must be a whole number.",
            "mn": "Бүхэл тоо байх ёстой.",
            "fa": "باید یک عدد صحیح باشد.",
        }.items()
    }
    assert answers["mn"]["detail"] == "Хүсэлт буруу байна."


async def test_a_quoted_value_is_not_translated(api: Api) -> None:
    provider, _ = await api.open_provider()
    answers = await problems(api, "PUT", "/providers/me", provider, json={"timeZone": "Mars/Olympus"})
    assert [each["status"] for each in answers.values()] == [422] * 3
    assert {language: each["detail"] for language, each in answers.items()} == {
        "en": "'Mars/Olympus' is not an IANA time zone.",
        "mn": "'Mars/Olympus' нь IANA-ийн цагийн бүс биш.",
        "fa": "'Mars/Olympus' منطقهٔ زمانی IANA نیست.",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "title", "detail"),
    [
        ("GET", "/nowhere", 404, "Олдсонгүй", "Энэ хаягт юу ч алга."),
        ("DELETE", "/bookings", 405, "Зөвшөөрөгдөөгүй метод", "Энэ хаяг тэр методыг дэмждэггүй."),
        ("GET", "/auth/me", 401, "Нэвтрэх шаардлагатай", "Токен байхгүй, буруу хэлбэртэй"),
    ],
)
async def test_errors_before_the_domain_are_translated(  # noqa: PLR0917
    api: Api, method: str, path: str, status: int, title: str, detail: str
) -> None:
    answers = await problems(api, method, path)
    assert (answers["mn"]["status"], answers["mn"]["title"]) == (status, title)
    assert answers["mn"]["detail"].startswith(detail)


async def test_the_language_of_the_account_precedes_that_of_the_request(api: Api) -> None:
    customer, header = await api.joined("customer"), {"Accept-Language": "fa"}
    refused = {"json": {"locale": "de"}, "headers": header}
    assert_in("en", await api.patch("/users/me", customer, **refused))
    await api.patch("/users/me", customer, json={"locale": "mn"})
    assert_in("mn", await api.patch("/users/me", customer, **refused))
    assert_in("fa", await api.patch("/users/me", api.nobody(), **refused))


@pytest.mark.settings(BOOKING_DEFAULT_LANGUAGE="mn")
async def test_a_request_that_names_no_language_gets_that_of_the_platform(api: Api) -> None:
    assert_in("mn", await api.get("/auth/me"))
    assert_in("mn", await api.get("/auth/me", headers={"Accept-Language": "de, *;q=0.1"}))
    assert_in("fa", await api.get("/auth/me", headers={"Accept-Language": "fa"}))


@pytest.mark.settings(BOOKING_RATE_LIMIT_QUOTAS="read=1/60")
async def test_too_many_requests(api: Api) -> None:
    token = await api.joined("customer")
    await api.get("/auth/me", token)
    answers = await problems(api, "GET", "/auth/me", token)
    assert answers["en"]["code"] == "rate.limited"
    assert re.fullmatch(
        "Хэт олон хүсэлт илгээсэн байна; [0-9]+ секундын дараа дахин оролдоно уу.", answers["mn"]["detail"]
    )


async def test_a_database_that_is_down_and_a_bug(api: Api) -> None:
    api.database.down = StorageUnavailable()
    answers = await problems(api, "GET", "/health/ready")
    assert (answers["mn"]["status"], answers["mn"]["title"]) == (503, "Үйлчилгээ түр боломжгүй")
    api.database.down = RuntimeError("no")
    answers = await problems(api, "GET", "/health/ready")
    assert (answers["fa"]["status"], answers["fa"]["title"]) == (500, "خطای داخلی سرور")


async def test_an_invalid_transition_is_named_in_translated_words(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    booking = await api.booked(customer, provider_id)
    path, change = f"/bookings/{booking['id']}", {"status": "cancelled"}
    assert (await api.patch(path, customer, json=change)).status_code == 200
    answers = await problems(api, "PATCH", path, provider, json=change)
    assert answers["en"]["detail"] == "Cannot cancel the booking: it is cancelled."
    assert answers["mn"]["detail"] == "«захиалга» нь «цуцлагдсан» төлөвтэй тул «цуцлах» үйлдэл хийх боломжгүй."


async def test_each_time_of_a_series_keeps_its_code(api: Api) -> None:
    _, provider_id = await api.open_provider()
    for_series = {"providerId": provider_id, "slot": MONDAY_AT_TEN, "times": 2, "everyWeeks": 1}
    await api.booked(await api.joined("customer"), provider_id)
    answers = await problems(api, "POST", "/bookings/series", await api.joined("customer"), json=for_series)
    (named,) = answers["mn"]["errors"]
    assert named["code"] == "booking.slot_taken"
    assert named["message"] == "2026.11.23, даваа, 10:00 (Улаанбаатар) цагийг өөр хүн авсан байна."


async def test_every_kind_of_invalid_body_is_reported_in_every_language(api: Api) -> None:
    customer = await api.joined("customer")
    for body, _ in BODIES.values():
        await problems(api, "POST", "/bookings", customer, content=body, headers={"Content-Type": "application/json"})
    await problems(api, "POST", "/bookings", customer, content=b"{}", headers={"Content-Type": "text/plain"})


async def test_every_kind_of_invalid_parameter_is_reported_in_every_language(api: Api) -> None:
    customer = await api.joined("customer")
    for path, _ in PARAMETERS.values():
        await problems(api, "GET", path, customer)
    provider, _ = await api.open_provider()
    for method, path, body, *_ in OF_PROVIDERS.values():
        await problems(api, method, path, provider, json=body)


HOSTILE = (b"\xff\xfe", b";;;q=,", b"mn;q=zwei", b"*" * 5_000, b"%0d%0a", b"'; DROP TABLE", b"en\x7f", b"fa," * 9_000)


async def test_no_header_is_an_error(api: Api) -> None:
    for hostile in HOSTILE:
        answer = await api.client.get("http://api.test/nowhere", headers=[(b"Accept-Language", hostile)])
        assert_problem(answer, 404, "http.not_found")
        assert_in("en", answer)


@pytest.mark.settings(BOOKING_CORS_ORIGINS="https://shop.example.com")
async def test_vary_names_every_header_that_a_response_depends_on(api: Api) -> None:
    asking = {"Accept-Language": "fa", "Origin": "https://shop.example.com", "Accept-Encoding": "gzip"}
    answer = await api.get("/providers/" + "x" * 1_000, headers=asking)
    assert answer.headers["Content-Encoding"] == "gzip"
    named = answer.headers.get_list("Vary", split_commas=True)
    assert set(named) == {"Accept-Encoding", "Accept-Language", "Origin"}
    assert_in("fa", answer)


async def test_a_response_without_a_message_has_no_language(api: Api) -> None:
    answer = await api.get("/health/live", headers={"Accept-Language": "mn"})
    assert "Content-Language" not in answer.headers
    assert "Vary" not in answer.headers


async def test_the_document_says_once_that_every_request_may_name_a_language(api: Api) -> None:
    document = (await api.get("/schema")).json()
    assert (
        "`Accept-Language`: the language of messages (RFC 9110), one of en, mn, fa" in document["info"]["description"]
    )


class Sample(msgspec.Struct, forbid_unknown_fields=True):
    """A body to be decoded from invalid input."""

    a: int


class Pair(NamedTuple):
    """A pair."""

    a: int
    b: int = 0


SAID_BY_MSGSPEC: list[tuple[Any, bytes]] = [
    (int, b'"1"'),
    (Any, b"9" * 400 + b".0e999"),
    (int, b"1.5"),
    (Sample, b"{}"),
    (Sample, b'{"a":1,"b":2}'),
    (tuple[int, int], b"[1]"),
    (Pair, b"[1,2,3]"),
    (Pair, b"[]"),
    (Literal["a"], b'"b"'),
    (Literal[1], b"2"),
    *((kind, b'"x"') for kind in (UUID, date, time, datetime, timedelta, Decimal, bytes)),
    (Annotated[datetime, Meta(tz=True)], b'"2026-11-23T10:00:00"'),
    (Annotated[datetime, Meta(tz=False)], b'"2026-11-23T10:00:00Z"'),
    (Annotated[str, Meta(pattern="^x$")], b'"y"'),
    (Annotated[str, Meta(min_length=2)], b'"y"'),
    (Annotated[str, Meta(max_length=2)], b'"yyy"'),
    (Annotated[list[int], Meta(min_length=1)], b"[]"),
    (Annotated[dict[str, int], Meta(max_length=0)], b'{"a":1}'),
    (Annotated[int, Meta(ge=1)], b"0"),
    (Annotated[int, Meta(le=1)], b"2"),
    (Annotated[float, Meta(gt=1)], b"0.5"),
    (Annotated[float, Meta(lt=1)], b"1.5"),
    (Annotated[int, Meta(multiple_of=2)], b"1"),
    *((Any, raw) for raw in (b"", b"[1", b"1 2", b"nil", b"[1 2]", b"[1,]", b"{1:2}", b'{"a" 1}', b'{"a":1,}')),
    *((Any, raw) for raw in (b'{"a":1"b":2}', b'"\\x"', b'"\\ud800x...."', b'"\\ud800\\u0000"', b'"\\uzzzz"', b"01")),
    *((Any, raw) for raw in (b"1.", b"-", b'"\xff"', b'"\xc3("', b"[" * 100_000)),
]


@pytest.mark.parametrize(("schema", "raw"), SAID_BY_MSGSPEC, ids=repr)
def test_every_message_of_msgspec_is_translated(schema: Any, raw: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_json(raw, schema)
    (error,) = refused.value.errors
    assert error.reason is not None
    assert not OF_PROGRAMS.search(error.message)
    for language in OTHERS:
        said = catalogue_of(language).word(MESSAGE, error.message)
        assert LETTERS[language].search(said), said
        assert not OF_PROGRAMS.search(said)


OF_PROGRAMS = re.compile(
    r"`|%[A-Za-z]|\\|\b(str|int|float|bool|array|null|regex|uuid|UUID|RFC3339)\b|\b[a-z]+\.[a-z]|\b[a-z]+_[a-z]+\b"
    r"|\dT\d\d:\d\d:\d\dZ"
)
"""Words of programs: types, codes and permissions, identifiers, patterns and instants in UTC."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_error_of_the_domain_speaks_of_programs(language: str) -> None:
    for error in concrete_errors():
        said = catalogue_of(language).template(error.template())
        named = re.sub(r"\{[a-z_]+\}", "", said)
        assert "{" not in named, said  # a format such as that of an instant is not one for people
        assert not OF_PROGRAMS.search(named), said


def test_no_name_of_an_action_or_status_is_shown() -> None:
    words = [(context, text) for context, text in messages() if context in {"action", "status", "party", "thing"}]
    assert len(words) > 100
    for language in LANGUAGES:
        for context, text in words:
            assert "_" not in catalogue_of(language).word(str(context), text), f"put {text} into `WORDS`, in words"


def test_an_unknown_message_stays_unchanged() -> None:
    for said in ("Expected patience", "", "{reason}", "Expected `{expected}", "x" * 100_000):
        assert catalogue_of("mn").word(MESSAGE, said) == said
