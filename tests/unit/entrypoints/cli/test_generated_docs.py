import importlib
import pkgutil
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute

import booking_domain
from adapters.postgres.contexts import metadata
from booking_domain.shared.lifecycle import Lifecycle
from booking_domain.use_cases.platform.ports import CONTEXTS
from entrypoints.cli.documented_tables import pages
from entrypoints.cli.generated_docs import DOCUMENTS, ROOT, TABLES, main, with_fresh_parts
from entrypoints.http.app import API
from entrypoints.http.kit.request_guard import ended_session_too

REFERENCE = "docs/develop/reference.md"
PARTS = DOCUMENTS[REFERENCE]


def empty(name: str) -> str:
    mark = "<!-- {} {} -->" if name.endswith(".md") else "# {} {}"
    return "\n".join(f"{mark.format('begin', part)}\n{mark.format('end', part)}" for part in DOCUMENTS[name])


EMPTY = empty(REFERENCE)


def test_the_generated_documentation_is_up_to_date() -> None:
    assert main(["--check"]) == 0


def test_every_lifecycle_is_declared_by_a_context() -> None:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(booking_domain.__path__, "booking_domain.")
        if ".testing" not in module.name
    ]
    found = {id(value) for module in modules for value in vars(module).values() if isinstance(value, Lifecycle)}
    assert found == {id(each) for context in CONTEXTS for each in context.lifecycles}


def test_the_documentation_has_every_transition_and_permission() -> None:
    document = (ROOT / REFERENCE).read_text(encoding="utf-8")
    assert "    confirmed --> no_show: mark_no_show (admin, manager, provider)" in document
    assert "    pending --> failed: fail (gateway)" in document
    assert "    submitted --> approved: approve (admin)" in document
    assert "| `salon.end_membership` |  | member's salon | own |  |  |" in document
    for context in CONTEXTS:
        for lifecycle in context.lifecycles:
            assert f"### {lifecycle.thing.capitalize()}\n\n" in document
            assert lifecycle.about


def test_the_pages_of_tables_have_every_table_with_its_columns() -> None:
    document = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / TABLES).glob("*.md"))
    for table in metadata.sorted_tables:
        _, _, after = document.partition(f"## `{table.name}`\n")
        section, _, _ = after.partition("\n## ")
        assert all(f"| `{column.name}`" in section for column in table.columns), table.name
    assert "    bookings ||--o{ disputes : booking_id" in document


def test_an_exception_for_ended_sessions_is_listed_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = (route for route in API.routes if isinstance(route, HTTPRoute))
    handler = next(each for route in routes for each in route.route_handlers if "POST" in each.http_methods)
    for name, value in ended_session_too("It says why.").items():
        monkeypatch.setitem(handler.opt, name, value)
    assert "It says why. |" in PARTS["ended sessions"]()
    assert main(["--check"]) == 1


def test_text_around_a_generated_part_is_preserved() -> None:
    text = f"before\n{EMPTY}\nafter \\1"
    written = with_fresh_parts(text, PARTS)
    assert written.startswith("before\n<!-- begin lifecycles -->\n### Booking\n")
    assert written.endswith("|\n<!-- end ended sessions -->\nafter \\1")
    assert with_fresh_parts(written, PARTS) == written


@pytest.mark.parametrize("times", [0, 2])
def test_a_document_has_each_part_exactly_once(times: int) -> None:
    with pytest.raises(LookupError):
        with_fresh_parts(EMPTY * times, PARTS)


@pytest.mark.nightly
def test_a_stale_document_fails_the_check_and_is_updated_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in DOCUMENTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(empty(name), encoding="utf-8")
    of_no_context = tmp_path / TABLES / "gone.md"
    of_no_context.parent.mkdir(parents=True)
    of_no_context.touch()
    assert main(["--check", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count(" is stale") == len(DOCUMENTS) + len(pages()) + 1
    assert (tmp_path / REFERENCE).read_text(encoding="utf-8") == EMPTY
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    assert not of_no_context.exists()
