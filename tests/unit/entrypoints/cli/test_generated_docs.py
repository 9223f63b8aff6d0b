from pathlib import Path

import pytest

from entrypoints.cli.generated_docs import DOCS, PARTS, main, with_fresh_parts

LIFECYCLES = PARTS["lifecycles.md"]


def empty(name: str) -> str:
    return "\n".join(f"<!-- begin {part} -->\n<!-- end {part} -->" for part in PARTS[name])


def test_the_generated_documentation_is_up_to_date() -> None:
    assert main(["--check"]) == 0


def test_the_documentation_has_every_transition_and_permission() -> None:
    lifecycles, permissions = ((DOCS / name).read_text(encoding="utf-8") for name in PARTS)
    assert "    confirmed --> no_show: mark_no_show (admin, manager, provider)" in lifecycles
    assert "    pending --> failed: fail (gateway)" in lifecycles
    assert "    submitted --> approved: approve (admin)" in lifecycles
    assert "| `salon.end_membership` |  | member's salon | own |  |  |" in permissions


def test_text_around_a_generated_part_is_preserved() -> None:
    text = f"before\n{empty('lifecycles.md')}\nafter \\1"
    written = with_fresh_parts(text, LIFECYCLES)
    assert written.startswith("before\n<!-- begin booking -->\n```mermaid\nstateDiagram-v2\n")
    assert written.endswith(f"```\n<!-- end {list(LIFECYCLES)[-1]} -->\nafter \\1")
    assert with_fresh_parts(written, LIFECYCLES) == written


@pytest.mark.parametrize("times", [0, 2])
def test_a_document_has_each_part_exactly_once(times: int) -> None:
    with pytest.raises(LookupError):
        with_fresh_parts(empty("lifecycles.md") * times, LIFECYCLES)


def test_a_stale_document_fails_the_check_and_is_updated_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in PARTS:
        (tmp_path / name).write_text(empty(name), encoding="utf-8")
    assert main(["--check", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count(" is stale") == len(PARTS)
    assert all((tmp_path / name).read_text(encoding="utf-8") == empty(name) for name in PARTS)
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
