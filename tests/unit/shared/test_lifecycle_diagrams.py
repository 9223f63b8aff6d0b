from pathlib import Path

import pytest

from entrypoints.cli.lifecycle_diagrams import DIAGRAMS, DOCUMENT, main, with_fresh_diagrams

EMPTY = "\n".join(f"<!-- begin {name} -->\n<!-- end {name} -->" for name in DIAGRAMS)


def test_the_diagrams_in_the_documentation_are_fresh() -> None:
    assert main(["--check"]) == 0


def test_the_documentation_has_every_move_of_every_lifecycle() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "    confirmed --> no_show: mark_no_show (admin, manager, provider)" in text
    assert "    pending --> failed: fail (gateway)" in text
    assert "    submitted --> approved: approve (admin)" in text


def test_what_stands_around_a_diagram_is_left_alone() -> None:
    text = f"before\n{EMPTY}\nafter \\1"
    written = with_fresh_diagrams(text)
    assert written.startswith("before\n<!-- begin booking -->\n```mermaid\nstateDiagram-v2\n")
    assert written.endswith("```\n<!-- end profile -->\nafter \\1")
    assert with_fresh_diagrams(written) == written


@pytest.mark.parametrize("text", ["", EMPTY + EMPTY])
def test_every_diagram_has_one_place(text: str) -> None:
    with pytest.raises(LookupError):
        with_fresh_diagrams(text)


def test_a_stale_document_is_told_when_checked_and_mended_when_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "lifecycles.md"
    document.write_text(EMPTY, encoding="utf-8")
    assert main(["--check", str(document)]) == 1
    assert "lifecycles.md is stale" in capsys.readouterr().err
    assert document.read_text(encoding="utf-8") == EMPTY
    assert main([str(document)]) == 0
    assert main(["--check", str(document)]) == 0
