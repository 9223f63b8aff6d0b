"""Row 16: the running product behaves as its OpenAPI document says, for every role.

schemathesis calls the operations in all of its phases: examples, the edges of every schema, random valid and invalid
input, and sequences along the links. No operation may respond with 5xx or with anything undocumented, accept input that
the document forbids, or reject as malformed what it allows.

`make reliability` calls every operation as every role. `make nightly` splits the operations between the roles: each is
called as the role that it is meant for, with generated input
if it has no examples, as every 16th, and every 48th in the coverage phase, which sends most requests. `make test` does
this with every third operation, and follows the links as a customer only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx
import pytest
from tests.acceptance.people import done
from tests.acceptance.product import Server
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.schema_people import ANONYMOUS, ROLES, things, token_of
from tests.reliability.schema_runs import Run, Token, run, with_examples
from tests.reliability.schema_wrong import DOCUMENT, FAULTS, serving_wrongly
from tests.reliability.servers import serving
from tests.unit.effort import NIGHTLY

EXAMPLES: Final = scale.of(100, less=1)
"""For each operation, and sequences, per role."""
_WHOSE: Final = {
    "/api/v1/admin": "admin",
    "/api/v1/availability": "provider",
    "/api/v1/providers/me": "provider",
    "/api/v1/salons": "manager",
}

_FOLLOWS: Final = "customer"
_TWIN: Final = "/scheduling/explain"
"""Takes the same input as `/scheduling/slots`, so `make test` runs only its examples."""

# schemathesis itself causes it.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")


@pytest.fixture(scope="module")
def product(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(postgres, tmp_path_factory.mktemp("schema"), BOOKING_RATE_LIMITS="off") as running:
        yield running


@pytest.fixture(scope="module")
def document(product: Server) -> dict[str, Any]:
    found = done(httpx.get(f"{product.url}/schema", trust_env=False, timeout=PATIENCE_SECONDS))
    del found["paths"]["/api/v1/events"]  # its answer has no end; `test_live.py` tests it
    return found


@pytest.mark.parametrize("role", ROLES)
def test_the_product_matches_its_document(
    product: Server, document: Mapping[str, Any], role: str, report: Report
) -> None:
    known = things(product)
    token = None if role == ANONYMOUS else token_of(known.whose(role))
    runs = runs_of(with_examples(document, known.values), product.url, role, token)
    for each in runs:
        assert not each.broken, each
        assert not each.findings, each
    answers = sum((each.answers for each in runs), Counter[tuple[str, str, int]]())
    assert {phase for phase, _, _ in answers} >= {*first_phases(role), "fuzzing", "coverage"}
    expected = {label for label, _ in operations(document)} if scale.FULL else {*owned(document, role)}
    assert {operation for _, operation, _ in answers} >= expected
    families = Counter[str]()
    for (_, _, status), number in answers.items():
        families[f"{status // 100}xx"] += number
    assert families["2xx"] > 0
    report(16, f"{role}: {answers.total()} requests: {dict(sorted(families.items()))}, nothing found")


def runs_of(document: Mapping[str, Any], url: str, role: str, token: Token | None) -> list[Run]:
    """All operations, or in `make test` the role's own, and fewer of them with generated input."""
    if scale.FULL:
        return [run(document, url, token=token, examples=EXAMPLES)]
    own = owned(document, role)

    def run_phases(phases: Sequence[str], labels: Iterable[str]) -> Run:
        only = [own[label]["operationId"] for label in labels]
        return run(document, url, token=token, examples=EXAMPLES, phases=phases, only=only)

    first = run_phases(first_phases(role), own)
    called = {label for _, label, _ in first.answers}
    varied = [label for label in own if _TWIN not in label]
    generated = {label for place, label in enumerate(varied) if label not in called or place % 16 == 0}
    return [first, run_phases(["fuzzing"], generated), run_phases(["coverage"], varied[::48])]


def first_phases(role: str) -> Sequence[str]:
    """The phases that call all operations; in `make test` only customers follow the links."""
    return ("examples", "stateful") if NIGHTLY or scale.FULL or role == _FOLLOWS else ("examples",)


def owned(document: Mapping[str, Any], role: str) -> dict[str, dict[str, Any]]:
    """The operations of a role; in `make test` every third one."""
    found = {label: operation for label, operation in operations(document) if owner(label, operation) == role}
    return dict(list(found.items())[:: 1 if NIGHTLY else 3])


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def owner(label: str, operation: Mapping[str, Any]) -> str:
    """The role that the operation is meant for."""
    path = label.partition(" ")[2]
    found = next((role for start, role in _WHOSE.items() if path.startswith(start)), "customer")
    return ANONYMOUS if operation.get("security") == [] else found


def test_the_checks_find_every_planted_fault() -> None:
    with serving_wrongly() as url:
        found = run(DOCUMENT, url, token=lambda: "a-token", phases=["examples", "coverage"], examples=1)
    assert not found.broken, found
    assert {(each.check, each.operation) for each in found.findings} >= FAULTS


def test_an_incomplete_document_is_found(product: Server, document: Mapping[str, Any]) -> None:
    known = things(product)
    less = with_examples(document, known.values)
    answers = less["paths"]["/api/v1/bookings/{bookingId}"]["get"]["responses"]
    del answers["404"]
    del answers["200"]["headers"]["ETag"]
    less["components"]["schemas"]["Appointment"]["properties"]["reference"] = {"type": "integer"}
    found = run(
        less, product.url, token=token_of(known.whose("customer")), examples=1, phases=["examples"], only=["getBooking"]
    )
    assert {each.check for each in found.findings} >= {"response_schema_conformance", "headers_are_documented"}
