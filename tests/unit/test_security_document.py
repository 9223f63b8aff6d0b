"""docs/operate/security.md names tests that exist; its columns, figures and cryptography are those of the code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from adapters.postgres.contexts import metadata
from adapters.security import access_tokens
from booking_domain.identity import model, one_time_codes, passwords, second_factor, sessions
from booking_domain.identity.lifetimes import Lifetimes
from booking_domain.use_cases.identity.queries import MOST_SESSIONS
from entrypoints.settings.main import Settings
from entrypoints.settings.messaging import TelegramSettings
from entrypoints.settings.quotas import QUOTAS

ROOT: Final = Path(__file__).parents[2]
DOCUMENT: Final = (ROOT / "docs" / "operate" / "security.md").read_text(encoding="utf-8")
LEVEL_1: Final = "ASVS 5.0, level 1, V6 to V9"
TOP_TEN: Final = "API Security Top 10"
LEVEL_2: Final = "ASVS 5.0, level 2"
SECTIONS: Final = (LEVEL_1, TOP_TEN, LEVEL_2)
STATES: Final = {"done", "partly", "operator", "later", "n/a"}

_NAMED: Final = re.compile(r"`((?:src/|[a-z_]+/)[\w/]+\.py)(?:::(\w+))?`")
_FILE: Final = re.compile(r"\b(?:docs|requirements|src)/[\w/.-]+\.\w+|`pyproject\.toml`")
_OTHER_ROW: Final = re.compile(r"\bas ((?:V|API)[\d.:]+\d)")
_CRYPTOGRAPHY: Final = re.compile(
    r"^(?:import|from) (?:(?:hmac|hashlib|secrets|ssl|jwt|pyotp|argon2|cryptography)\b|.*WebhookSignature)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Row:
    """A requirement."""

    section: str
    id: str
    what: str
    state: str
    proof: str


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def table(title: str) -> Iterator[list[str]]:
    """The cells of the rows below the head of the table there."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return (line.strip("|").split("|") for line in lines[2:])


def requirements() -> list[Row]:
    return [Row(title, *(cell.strip() for cell in cells)) for title in SECTIONS for cells in table(title)]


def text_of(name: str) -> str | None:
    """A file that is named: of the repository, else below `tests`."""
    path = next((each for each in (ROOT / name, ROOT / "tests" / name) if each.is_file()), None)
    return None if path is None else path.read_text(encoding="utf-8")


def problems(rows: Sequence[Row]) -> Iterator[str]:
    known = {row.id: row for row in rows}
    for row in rows:
        if row.state not in STATES or not row.what or not row.proof:
            yield f"{row.id}: has no state, or nothing that shows it"
        if sum(other.id == row.id for other in rows) > 1:
            yield f"{row.id}: is there twice"
        if row.section != LEVEL_2 and row.state not in {"done", "n/a"}:
            yield f"{row.id}: is to be whole"
        yield from (f"{row.id}: {problem}" for problem in problems_of_proof(row, known))


def problems_of_proof(row: Row, known: Mapping[str, Row]) -> Iterator[str]:
    named, files = _NAMED.findall(row.proof), _FILE.findall(row.proof)
    for file, function in named:
        there = text_of(file)
        if there is None or (function and f"def {function}(" not in there):
            yield f"there is no {file} {function}"
    for file in files:
        if text_of(file.strip("`")) is None:
            yield f"there is no {file}"
    others = [known.get(each) for each in _OTHER_ROW.findall(row.proof)]
    if any(other is None or (row.state == "done" and other.state != "done") for other in others):
        yield "refers to a row that is not there, or not done"
    if row.state == "done" and not (named or files or others):
        yield "nothing shows that it is done"


def test_every_row_names_an_existing_proof() -> None:
    rows = requirements()
    assert list(problems(rows)) == []
    assert {row.section for row in rows} == set(SECTIONS)


TEST: Final = "unit/entrypoints/http/test_access.py"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"state": "perhaps"}, "has no state"),
        ({"proof": ""}, "nothing that shows it"),
        ({"proof": f"`{TEST}::test_nothing`"}, f"there is no {TEST} test_nothing"),
        ({"proof": "`unit/test_gone.py`"}, "there is no unit/test_gone.py"),
        ({"proof": "docs/gone.md"}, "there is no docs/gone.md"),
        ({"proof": "as V9.9.9"}, "refers to a row that is not there"),
        ({"proof": "as V11.6.1"}, "refers to a row that is not there, or not done"),
        ({"proof": "one can see that"}, "nothing shows that it is done"),
        ({"state": "partly"}, "is to be whole"),
        ({"id": "V6.1.1"}, "is there twice"),
    ],
)
def test_a_row_that_is_wrong_is_found(wrong: dict[str, str], problem: str) -> None:
    rows = requirements()
    number = next(number for number, row in enumerate(rows) if row.id == "V8.1.1")
    rows[number] = replace(rows[number], **wrong)
    assert any(problem in found for found in problems(rows))


def test_each_known_attack_has_a_prevention_and_an_existing_test() -> None:
    rows = [[cell.strip() for cell in cells] for cells in table("Hardening against known attacks")]
    assert rows
    for attack, prevention, proof in rows:
        assert attack
        assert prevention
        named = _NAMED.findall(proof)
        assert named, attack
        for file, function in named:
            assert f"def {function}(" in (text_of(file) or ""), f"there is no {file} {function}"


def minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60


def hours(length: timedelta) -> int:
    return minutes(length) // 60


def test_the_figures_are_those_of_the_code() -> None:
    day = timedelta(days=1)
    kept = Settings.from_environment({}).session_cache_seconds
    locked = hours(passwords.WRONG_PASSWORDS_EXPIRE_AFTER)
    figures = (
        f"{QUOTAS['auth'].quota:,} requests a minute for an address",
        f"{model.MIN_PASSWORD} to {model.MAX_PASSWORD} characters",
        f"{passwords.MOST_WRONG} wrong ones in a row lock the login for {locked} hours",
        f"{passwords.MOST_WRONG_OF_STRANGERS} of all strangers for all strangers",
        f"{QUOTAS['codes'].quota} of them for one address",
        f"{QUOTAS['login'].quota} failures a minute by login and address, {QUOTAS['login-anywhere'].quota} by login",
        f"{QUOTAS['guesses'].quota} wrong guesses in {minutes(QUOTAS['guesses'].window)} minutes",
        f"{QUOTAS['guesses-hours'].quota} in {hours(QUOTAS['guesses-hours'].window)} hours",
        f"good for {minutes(one_time_codes.CODE_LIFE)} minutes and once",
        f"{one_time_codes.MOST_GUESSES} guesses a code",
        f"{minutes(one_time_codes.COOL_DOWN)} minute between two codes, {one_time_codes.MOST_A_DAY} codes a day",
        f"good for {int(TelegramSettings().freshness.total_seconds())} seconds and once",
        f"six digits of {int(second_factor.STEP.total_seconds())} seconds",
        f"one of {second_factor.RECOVERY_CODES} recovery codes",
        f"{second_factor.MOST_WRONG_IN_A_ROW} wrong codes in a row, then {minutes(second_factor.FIRST_WAIT)} minutes",
        f"up to {hours(second_factor.MAX_WAITING_WINDOW)} hours",
        f"has signed in within {minutes(Lifetimes().fresh)} minutes",
        f"| access token | {minutes(access_tokens.LIFE)} minutes |",
        f"| what a process has read of a session | {kept} seconds |",
        f"| session without a refresh | {sessions.REFRESH_TOKEN_LIFE // day} days |",
        f"| session in all | {sessions.SESSION_LIFE // day} days |",
        f"| grace of a refresh token | {int(sessions.GRACE.total_seconds())} seconds |",
        f"sees the latest {MOST_SESSIONS}",
        f"user agent, way, outcome | {sessions.LOGINS_KEPT // day} days |",
        f"erased {model.ERASED_AFTER // day} days after it was deleted",
    )
    assert [figure for figure in figures if figure not in DOCUMENT] == []
    assert {QUOTAS[name].window for name in ("auth", "login", "login-anywhere")} == {timedelta(minutes=1)}


def test_every_column_is_classified() -> None:
    said = {cells[0].strip(): re.findall(r"`(\w+)`", "|".join(cells[1:4])) for cells in table("Personal data")}
    assert {name: sorted(columns) for name, columns in said.items()} == {
        each.name: sorted(column.name for column in each.columns) for each in metadata.tables.values()
    }


def test_the_inventory_names_every_module_that_does_cryptography() -> None:
    left_out = ("simulators/qpay", "simulators/stripe", "booking_domain/testing")
    using = {
        f"src/{name}"
        for path in (ROOT / "src").rglob("*.py")
        if not (name := path.relative_to(ROOT / "src").as_posix()).startswith(left_out)
        and _CRYPTOGRAPHY.search(path.read_text(encoding="utf-8"))
    }
    assert set(re.findall(r"`(src/[\w/]+\.py)`", section("Keys and algorithms"))) == using
