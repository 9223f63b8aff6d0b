"""The message catalogues are up to date, complete and consistent with the English."""

import ast
import re
import shutil
from dataclasses import fields
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from tests.unit.shared.test_errors import SAMPLES, all_errors

from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.shared.money import Money
from entrypoints.cli.catalogues import by_owner, faults, main, read_catalog, read_catalogs, written
from entrypoints.cli.literals import Literals
from entrypoints.cli.messages import concrete_errors, messages
from entrypoints.http.kit.problems import DETAILS, STATUS
from entrypoints.languages.catalogues import LOCALES, TITLE, catalogue_of, read_messages
from entrypoints.languages.documents import Plural, Wording
from entrypoints.languages.values import values_of

TRANSLATED = [language for language in LANGUAGES if language != FALLBACK]
OF_REFUSALS = {400, 403, 405, 413, 415, 500}


def sample(kind: type[DomainError]) -> DomainError:
    hints = get_type_hints(kind)
    values = {field.name: SAMPLES[hints[field.name]] for field in fields(kind)}
    return kind(**values | dict.fromkeys({"zone", "beside"} & values.keys(), "UTC"))


def po(folder: Path, language: str, owner: str = "languages") -> Path:
    return folder / language / f"{owner}.po"


def texts(folder: Path) -> dict[str, bytes]:
    """The catalogues below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.po")}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the catalogues, to be corrupted."""
    return Path(shutil.copytree(LOCALES, tmp_path / "locales"))


def test_the_catalogues_are_up_to_date_and_complete() -> None:
    assert main(["--check"]) == 0


def test_every_domain_error_is_translated() -> None:
    errors = concrete_errors()
    assert set(all_errors()) <= set(errors)
    for language in TRANSLATED:
        catalog = read_catalogs(LOCALES / language, language)
        missing = [kind.code for kind in errors if not getattr(catalog.get(kind.template()), "string", "")]
        assert missing == [], language


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translated_error_contains_its_parameters(language: str) -> None:
    for kind in concrete_errors():
        error = sample(kind)
        said = catalogue_of(language).error(error)
        assert "{" not in said, kind
        assert said.endswith("."), kind
        assert issubclass(kind, InvalidValue) or said != str(error), kind
        for name, value in error.parameters.items():
            if isinstance(value, str | int) and f"{{{name}}}" in kind.template():
                shown = catalogue_of(language).word(name, values_of(language)(value))
                assert shown.lower() in said.lower(), kind


WORDS = {
    "fa": {
        "booking": ("رزرو", ("نوبت", "قرار ملاقات")),
        "deposit": ("بیعانه", ("پیش‌پرداخت", "پیش پرداخت", "ودیعه")),
        "password": ("گذرواژه", ("رمز عبور",)),
        "profile": ("نمایه", ("پروفایل",)),
        "salon": ("سالن", ("آرایشگاه",)),
    },
    "mn": {
        "booking": ("захиал", ("уулзалт", "цаг авалт")),
        "deposit": ("урьдчилга", ("дэнчин", "барьцаа төлбөр")),
        "e-mail": ("и-мэйл", ("имэйл",)),
        "password": ("нууц үг", ()),
        "profile": ("профайл", ("танилцуулга",)),
        "salon": ("салон", ("үсчин",)),
    },
}
"""By the word of the glossary: how a language says it, and words that it does not use for it."""


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_thing_has_one_word(language: str) -> None:
    found = []
    for message in read_catalogs(LOCALES / language, language):
        english, said = (
            " ".join(map(str, [text] if isinstance(text, str) else text or ())) for text in (message.id, message.string)
        )
        for english_word, (wanted, others) in WORDS[language].items():
            named = (
                re.search(rf"\b{english_word}s?\b", re.sub("`[^`]*`|{[^}]*}", "", english), re.IGNORECASE) is not None
            )
            unsaid = named and re.search(wanted, said, re.IGNORECASE) is None
            found += [(english, said)] if unsaid or any(other in said.lower() for other in others) else []
    assert found == []


ENDING = re.compile(r"}[»”’\"'`)\u2069]*[-\u2010\u2011]?[^\W\d_]")
"""A letter behind a value, with or without a hyphen."""


def test_no_mongolian_ending_hangs_on_a_value() -> None:
    """The vowels of an ending follow those of its word, which is not known before the value is."""
    for text in ("{name}-ийн цаг", "{name}д", "«{name}»-ийн цаг", "“{name}”\u2011ээс"):
        assert ENDING.search(text), text
    assert [text for text in read_messages(LOCALES / "mn").values() if ENDING.search(text)] == []


def test_english_messages_are_the_templates_of_the_code() -> None:
    show = values_of(FALLBACK)
    for error in map(sample, concrete_errors()):
        clock = str(error.parameters.get("zone", "UTC"))
        values = dict(error.parameters)
        for name, value in values.items():
            if isinstance(value, date | Money):
                values[name] = show(LocalTime(value, clock) if isinstance(value, datetime) else value)
        said = error.template().format(**values)
        assert catalogue_of(FALLBACK).error(error) == said[0].upper() + said[1:]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_status_has_a_title(language: str) -> None:
    for status in {*STATUS.values(), *DETAILS, *OF_REFUSALS}:
        phrase = HTTPStatus(status).phrase
        assert catalogue_of(language).word(TITLE, phrase) != phrase


def corrupt(folder: Path, before: str, after: str) -> None:
    [file] = [each for each in folder.glob("*.po") if before in each.read_text(encoding="utf-8")]
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_faults_of_a_catalogue_are_reported(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One in each of four messages."""
    faulty = {
        ('msgstr "Буруу хүсэлт"', 'msgstr ""'): "languages.po: 'Bad Request' (title) is not translated",
        ('msgctxt "title"\nmsgid "Forbidden"', '#, fuzzy\nmsgctxt "title"\nmsgid "Forbidden"'): "is marked as fuzzy",
        ("{least}, ихдээ {most} байх ёстой", "{least}, ихдээ {max} байх ёстой"): "has other placeholders",
        ('msgid "Gone"', 'msgid "Went"'): "'Gone' (title) is not translated",
    }
    for before, after in faulty:
        corrupt(copied / "mn", before, after)
    assert main(["--check", str(copied)]) == 1
    reported = capsys.readouterr().err
    assert [complaint for complaint in faulty.values() if complaint not in reported] == []


def test_a_stale_catalogue_fails_the_check_and_is_updated_without_it(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = '\nmsgid "There was such a message."\nmsgstr "آن پیام."\n'
    with po(copied, "fa").open("a", encoding="utf-8") as file:
        file.write(gone)
    assert main(["--check", str(copied)]) == 1
    errors = capsys.readouterr().err
    assert "fa/languages.po: is stale" in errors
    assert main([str(copied)]) == 0
    assert main(["--check", str(copied)]) == 0
    assert texts(copied) == texts(LOCALES)


def test_translations_move_with_their_messages_to_the_catalogue_of_their_context(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = po(copied, "mn", "somewhere/older")
    moved.parent.mkdir()
    po(copied, "mn").rename(moved)
    assert main(["--check", str(copied)]) == 1
    assert "mn/somewhere/older.po: has no messages" in capsys.readouterr().err
    assert main([str(copied)]) == 0
    assert texts(copied) == texts(LOCALES)


def test_a_message_of_several_contexts_is_in_the_shared_catalogue() -> None:
    files = {
        "here": ["booking_domain/reviews/model.py", "booking_domain/use_cases/reviews/commands.py"],
        "there": ["entrypoints/http/reviews.py", "entrypoints/http/kit/fields.py"],
    }
    owners = by_owner({(None, text): found for text, found in files.items()})
    assert {owner: [text for _, text in found] for owner, found in owners.items()} == {
        "reviews": ["here"],
        "shared": ["there"],
    }


def test_a_missing_catalogue_is_created_empty(copied: Path) -> None:
    shutil.rmtree(copied / "mn")
    assert main([str(copied)]) == 1
    made = [read_catalog(file, "mn") for file in (copied / "mn").glob("*.po")]
    assert sum(len(list(faults(each))) for each in made) == sum(map(len, made)) == len(messages())


def test_reading_and_writing_preserve_the_bytes_of_a_catalogue() -> None:
    for language in TRANSLATED:
        for file in (LOCALES / language).glob("*.po"):
            assert written(read_catalog(file, language)) == file.read_bytes()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_server_reads_what_babel_reads(language: str) -> None:
    catalog = read_catalogs(LOCALES / language, language)
    read = {
        (message.context, text): said
        for message in catalog
        if message.id
        for text, said in zip(_each(message.id), _each(message.string), strict=True)
    }
    assert read_messages(LOCALES / language) == read


def _each(texts: Any) -> tuple[str, ...]:
    """A text, or those for one and for several things."""
    return texts if isinstance(texts, tuple) else (texts,)


@pytest.mark.parametrize(("number", "said"), [(0, "0 reviews"), (1, "1 review"), (2, "2 reviews")])
def test_a_text_about_a_number_of_things_has_the_form_of_its_language(number: int, said: str) -> None:
    reviews = Plural("{count} review", "{count} reviews")
    assert Wording("en").count(reviews, number) == said
    for language in TRANSLATED:
        assert Wording(language).count(reviews, 1) != said
    assert Wording("fa").count(reviews, 12) == "۱۲ نظر"


@pytest.mark.parametrize("fault", ['msgid "without a translation"', 'msgid "open\nmsgstr "closed"', "nonsense"])
def test_the_server_does_not_start_with_a_malformed_catalogue(copied: Path, fault: str) -> None:
    file = po(copied, "fa")
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{fault}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="malformed"):
        read_messages(file.parent)


MODULE = """
BOUND = "from a name"

def _problem(much):
    if much:
        return f"{much!r} are too many"
    return None

def use(given, error):
    Invalid(problem=BOUND)
    Invalid(problem=f"{A.year} to {B.year}, {len(x)}")
    Invalid(problem="one" if given else "two")
    Invalid(problem=_problem(3))
    Invalid(problem=given)
    Invalid(problem=error.problem)
    Invalid(problem=elsewhere)
    Invalid(problem="a" + given)
    Invalid(problem=texts.ELSEWHERE)
"""


def problems_of(module: ast.Module) -> list[Any]:
    literals = Literals(module, "module.py")
    found: list[Any] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and node.keywords:
            try:
                found.append(list(literals.of(node.keywords[0].value, needed=True)))
            except LookupError as error:
                found.append(str(error))
    return found


def test_every_text_is_found_or_reported_as_untraceable() -> None:
    assert problems_of(ast.parse(MODULE)) == [
        ["from a name"],
        ["{year} to {year2}, {x}"],
        ["one", "two"],
        ["{much} are too many"],
        [],
        [],
        "module.py:16: where does `elsewhere` come from?",
        "module.py:17: not a text that can be found for translation",
        "module.py:18: not a text that can be found for translation",
    ]
