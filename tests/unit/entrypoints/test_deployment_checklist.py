"""docs/operate/deployment-checklist.md lists every variable, and says which ones production needs."""

import re
from pathlib import Path
from typing import Final

import pytest
from tests.unit.entrypoints.test_settings import EDGE, PRODUCTION, problems

from entrypoints.settings.main import Settings
from entrypoints.settings.payments import GATEWAYS

ROOT: Final = Path(__file__).parents[3]
CHECKLIST: Final = (ROOT / "docs" / "operate" / "deployment-checklist.md").read_text(encoding="utf-8")
WORKER: Final = ROOT / "deploy" / "qpay-worker"
_ROW: Final = re.compile(r"^\| `([A-Z0-9_]+)` \| ([^|]*)\|", re.MULTILINE)
_SERVER, _, _OF_WORKER = CHECKLIST.partition("## The Worker in front of QPay")


def rows(text: str) -> dict[str, str]:
    """What the second column says of each variable."""
    found = _ROW.findall(text)
    assert len(found) == len(dict(found)), "a variable is listed twice"
    return {name: note.strip() for name, note in found}


def test_variables_required_in_production_are_marked() -> None:
    marked = {name for name, note in rows(_SERVER).items() if note.startswith("required")}
    for gateway in GATEWAYS:
        found = problems(BOOKING_ENV="production", BOOKING_GATEWAY=gateway)
        assert {problem.split()[0] for problem in found} <= marked


@pytest.mark.parametrize("complete", [PRODUCTION, EDGE])
def test_production_starts_with_only_the_marked_variables(complete: dict[str, str]) -> None:
    marked = {name for name, note in rows(_SERVER).items() if note.startswith("required")}
    given = {name: value for name, value in complete.items() if name in {*marked, "BOOKING_GATEWAY"}}
    assert Settings.from_environment(given).environment == "production"


def test_secrets_says_how_to_replace_each_secret() -> None:
    text = (ROOT / "docs" / "operate" / "secrets.md").read_text(encoding="utf-8")
    secret = {name for name, note in rows(_SERVER).items() if note.endswith("secret")}
    assert secret <= set(re.findall(r"`([A-Z0-9_]+)`", text))


def test_every_variable_of_the_worker_is_listed_and_no_other() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (WORKER / "src").glob("*.js"))
    configuration = (WORKER / "wrangler.jsonc").read_text(encoding="utf-8")
    destructured = {
        name for group in re.findall(r"const \{([A-Z_, ]+)\} = this\.env", sources) for name in group.split(", ")
    }
    used = set(re.findall(r"\benv\.([A-Z_]+)", sources)) | {name.strip() for name in destructured}
    bindings = set(re.findall(r'"name": "([A-Z_]+)"', configuration))
    assert bindings < used
    assert set(rows(_OF_WORKER)) == used - bindings
    secret = {name for name, note in rows(_OF_WORKER).items() if "secret" in note}
    assert secret.isdisjoint(re.findall(r'"([A-Z_]+)":', configuration))
