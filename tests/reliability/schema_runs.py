"""schemathesis against a server that runs: one run of its engine, and what it found."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import schemathesis
from schemathesis.auths import AuthContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData
from schemathesis.schemas import BaseSchema

PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
FINE: Final = ["2xx", "304", "401", "403", "404", "409", "412", "422", "429"]
"""What valid input may be answered with: rules, and what is there, may still refuse it."""
_SHOWN: Final = 400
_OF_ANY_ANSWER: Final = frozenset(
    {"content-length", "content-type", "content-encoding", "date", "server", "vary", "connection", "transfer-encoding"}
)
_OF_ANY_BROWSER: Final = frozenset(
    {
        "content-security-policy",
        "cross-origin-opener-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
    }
)
Case = schemathesis.Case[Any]
Token = Callable[[], str]


@dataclass(frozen=True)
class Finding:
    """A check that failed."""

    check: str
    operation: str
    message: str
    how: str = field(compare=False)
    answer: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.check} {self.operation}: {self.message}\n  {self.how}\n  {self.answer}"


@dataclass
class Run:
    """What one run asked and found."""

    findings: dict[Finding, Finding] = field(default_factory=dict)
    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """How many, by phase, operation and status."""
    broken: list[str] = field(default_factory=list)
    """Where schemathesis itself could not go on."""

    @property
    def asked(self) -> int:
        return self.answers.total()

    @cached_property
    def phases(self) -> set[str]:
        return {phase for phase, _, _ in self.answers}

    @cached_property
    def operations(self) -> set[str]:
        return {operation for _, operation, _ in self.answers}

    def __str__(self) -> str:
        return "\n".join([*self.broken, *map(str, self.findings)])

    def note(self, phase: str, label: str, recorder: ScenarioRecorder) -> None:
        for case_id, interaction in recorder.interactions.items():
            case = recorder.cases.get(case_id)
            operation = label if case is None else case.value.operation.label
            if interaction.response is not None:
                self.answers[phase, operation, interaction.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            asked = recorder.interactions.get(case_id)
            answer = b"" if asked is None or asked.response is None else asked.response.content or b""
            for check in checks:
                if check.failure_info is not None:
                    failure, how = check.failure_info.failure, check.failure_info.code_sample
                    found = Finding(
                        check.name,
                        failure.operation or "",
                        failure.message[:_SHOWN],
                        how[: 4 * _SHOWN],
                        repr(answer[:_SHOWN]),
                    )
                    self.findings.setdefault(found, found)


@schemathesis.check
def headers_are_documented(_: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """No answer carries a header that the document does not have for its status."""
    said = case.operation.definition.raw["responses"].get(str(response.status_code))
    if said is None or response.request.method != case.operation.method.upper():
        return
    known = {name.lower() for name in said.get("headers", {})} | _OF_ANY_ANSWER | _OF_ANY_BROWSER
    more = sorted(set(response.headers) - known)
    assert not more, f"{response.status_code} has headers that are not documented: {more}"


def run(
    document: Mapping[str, Any],
    url: str,
    *,
    token: Token | None = None,
    phases: Collection[str] = PHASES,
    examples: int,
    seed: int = 16,
    only: Collection[str] | None = None,
) -> Run:
    """Run the phases over the operations (of these ids only), as whoever has the token."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "base-url": url,
            "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            "auth": {"auto-signup": False},
            "checks": {"positive_data_acceptance": {"expected-statuses": FINE}},
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES} | {"fuzzing": _fuzzing(phases)},
        }
    )
    schema: BaseSchema = schemathesis.openapi.from_dict(deepcopy(dict(document)), config=config)
    if only is not None:
        schema = schema.include(operation_id=list(only))
    schema.hook("filter_failure")(_is_one)
    if token is not None:
        _sign_in(schema, token)
    found = Run()
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                found.note(event.phase.value, event.label or "", event.recorder)
            case events.NonFatalError():
                found.broken.append(f"{event.label}: {event.value!r}")
            case events.FatalError():
                found.broken.append(repr(event.exception))
            case _:
                pass
    return found


def _is_one(_: schemathesis.HookContext, failure: Failure, case: Case, __: schemathesis.Response) -> bool:
    """Whether it is a failure, and not a guess of schemathesis that was wrong.

    It fills headers that have a pattern with `0`, and calls that valid; and it looks for what was made under paths that
    go on with `{id}`, which means different things to different methods (`openapi/document.py`).
    """
    if isinstance(failure, EnsureResourceAvailability):
        return "{id}" not in case.operation.path
    if not isinstance(failure, RejectedPositiveData):
        return True
    patterns = {each["name"]: each["schema"].get("pattern", "") for each in case.operation.definition.raw["parameters"]}
    sent = dict(case.headers or {})
    return all(re.search(patterns.get(name, ""), value) for name, value in sent.items())


def _fuzzing(phases: Collection[str]) -> dict[str, Any]:
    """Fuzz by what the document says alone, and not by what is read between the lines of refusals."""
    return {"enabled": "fuzzing" in phases, "error-feedback": {"enabled": False}}


def _sign_in(schema: BaseSchema, token: Token) -> None:
    """Ask for a token once an operation, so that one that ends sessions does not spoil the others."""

    @schema.auth(refresh_interval=600, cache_by_key=lambda _, context: context.operation.label)
    class SignedIn:
        def get(self, _: Case, __: AuthContext) -> str:
            return token()

        def set(self, case: Case, data: str, _: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    assert SignedIn is not None


def with_examples(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with these values for examples, wherever a parameter or a member of a body has that name."""
    made = deepcopy(dict(document))
    for item in made["paths"].values():
        for operation in item.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in values:
                    parameter["example"] = values[parameter["name"]]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for name in content["example"].keys() & values.keys():
                    content["example"][name] = values[name]
    return made
