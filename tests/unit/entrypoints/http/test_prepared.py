"""A server compiles statements and templates before it has processes, so that no first request waits for it."""

import pytest
from dependency_injector import providers
from jinja2 import Environment
from sqlalchemy import literal, select

from adapters.postgres.kit.statements import Statement
from entrypoints.http.app import create_app
from entrypoints.http.asgi import prepare
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings
from entrypoints.web.app import pages_of
from entrypoints.web.kit.environment import NAMES, environment_of

SHARED = {"cross_origin", "settings"}
"""Providers of values."""


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


def test_an_application_is_made_without_what_no_two_processes_may_share() -> None:
    """Forks share what was made before them: connections, threads, and random numbers would be the same ones."""
    container = HttpContainer(settings=Settings())

    for name, provider in container.providers.items():
        if name not in SHARED:
            provider.override(providers.Callable(pytest.fail, f"{name} is made"))
    create_app(container, pages_of(container))
