"""A server compiles statements and templates before it has processes, so that no first request waits for it."""

import pytest
from jinja2 import Environment
from sqlalchemy import literal, select

from adapters.postgres.kit.statements import Statement
from entrypoints.http.asgi import prepare
from entrypoints.web.kit.environment import NAMES, environment_of


def test_a_prepared_server_compiles_nothing_later(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = Statement(select(literal(1)))
    prepare()

    def late(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Statement, "_compile", late)
    monkeypatch.setattr(Environment, "compile", late)
    assert statement.operation == "select"
    for language in NAMES:
        for made in (environment_of(language), environment_of.__wrapped__(language)):
            assert [made.get_template(name) for name in made.list_templates(extensions=["html"])]
