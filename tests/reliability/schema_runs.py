"""Runs schemathesis once against a running server and collects its findings."""

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
from tests.openapi import example_of, found

PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
FINE: Final = ["2xx", "304", "401", "403", "404", "409", "412", "422", "429"]
"""Statuses that valid input may get: business rules and existing data may still refuse it."""
_SHOWN: Final = 400
_OF_ANY_ANSWER: Final = frozenset(
    {"content-length", "content-type", "content-encoding", "date", "server", "vary", "connection", "transfer-encoding"}
) | {"x-request-id", "cache-control", "content-language", "ratelimit", "ratelimit-policy"}
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
    """A failed check."""

    check: str
    operation: str
    message: str
    how: str = field(compare=False)
    answer: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.check} {self.operation}: {self.message}\n  {self.how}\n  {self.answer}"


@dataclass
class Run:
    """The responses and findings of a run."""

    findings: dict[Finding, Finding] = field(default_factory=dict)
    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """Number of responses by phase, operation and status."""
    broken: list[str] = field(default_factory=list)
    """Internal errors of schemathesis."""

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
    """Every response header is documented for its status."""
    said = case.operation.definition.raw["responses"].get(str(response.status_code))
    if said is None or response.request.method != case.operation.method.upper():
        return
    headers = found(case.operation.schema.raw_schema, said).get("headers", {})
    known = {name.lower() for name in headers} | _OF_ANY_ANSWER | _OF_ANY_BROWSER
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
    """Run the phases over the operations, or those with the ids in `only`, as the user of the token."""
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
    """Whether it is a real failure, not a wrong assumption of schemathesis.

    It fills headers that have a pattern with `0` and calls that valid; and it looks for created resources under paths
    with `{id}`, whose meaning depends on the method (`openapi/document.py`).
    """
    if isinstance(failure, EnsureResourceAvailability):
        return "{id}" not in case.operation.path
    if not isinstance(failure, RejectedPositiveData):
        return True
    document = case.operation.schema.raw_schema
    parameters = [found(document, each) for each in case.operation.definition.raw["parameters"]]
    patterns = {each["name"]: each["schema"].get("pattern", "") for each in parameters}
    sent = dict(case.headers or {})
    return all(re.search(patterns.get(name, ""), value) for name, value in sent.items())


def _fuzzing(phases: Collection[str]) -> dict[str, Any]:
    """Fuzz from the document alone, without feedback from error responses."""
    return {"enabled": "fuzzing" in phases, "error-feedback": {"enabled": False}}


def _sign_in(schema: BaseSchema, token: Token) -> None:
    """Fetch a token per operation, so that an operation that ends sessions does not affect the others."""

    @schema.auth(refresh_interval=600, cache_by_key=lambda _, context: context.operation.label)
    class SignedIn:
        def get(self, _: Case, __: AuthContext) -> str:
            return token()

        def set(self, case: Case, data: str, _: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    assert SignedIn is not None


def with_examples(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with these values as examples of the parameters and members with those names."""
    made = deepcopy(dict(document))
    for item in made["paths"].values():
        for operation in item.values():
            operation["parameters"] = [dict(found(made, each)) for each in operation["parameters"]]
            for parameter in operation["parameters"]:
                if parameter["name"] in values:
                    parameter["example"] = values[parameter["name"]]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                example = example_of(made, content)
                content["example"] = example | {name: values[name] for name in example.keys() & values.keys()}
    return made
