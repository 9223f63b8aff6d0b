"""The wheel contains only `booking_domain`, works with nothing else installed and runs the README's example."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.acceptance.readme import blocks
from tests.programs import CHECKOUT

HEADING = "The library alone"


def run(*command: str | Path, folder: Path) -> str:
    """Run a command outside the checkout; return its output."""
    done = subprocess.run(  # noqa: S603
        [str(part) for part in command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, CHECKOUT, folder=folder)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that has the wheel and nothing else, not even pip."""
    folder = tmp_path_factory.mktemp("bare")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", folder=folder)
    interpreter = folder / "venv" / "bin" / "python"
    options = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", interpreter, "install", *options, wheel, folder=folder)
    return interpreter


def test_the_wheel_contains_booking_domain_and_has_no_dependencies(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        asked = [line for line in archive.read(metadata).decode().splitlines() if line.startswith("Requires-Dist:")]
    assert {name.split("/")[0] for name in names} == {"booking_domain", metadata.split("/")[0]}
    assert "booking_domain/py.typed" in names
    assert all("extra ==" in line for line in asked), asked


def test_it_can_be_imported_where_nothing_else_is_installed(python: Path, tmp_path: Path) -> None:
    installed = run(
        python, "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))", folder=tmp_path
    )
    assert installed.split() == ["booking-domain"]
    assert run(python, "-W", "error", "-c", "import booking_domain", folder=tmp_path) == ""
    foreign = run(
        python,
        "-c",
        "import sys, booking_domain.scheduling, booking_domain.workflows.place_booking\n"
        "print(*{n.partition('.')[0] for n in sys.modules} - {*sys.stdlib_module_names, '__main__', 'booking_domain'})",
        folder=tmp_path,
    )
    assert {name for name in foreign.split() if not name.startswith(("_", "sitecustomize"))} == set()


def test_the_slot_example_of_the_readme_runs_there(python: Path, tmp_path: Path) -> None:
    found = blocks(HEADING, "python")
    assert found, f"README.md has no ```python block under the heading {HEADING!r}"
    script = tmp_path / "readme.py"
    script.write_text("\n".join(found), encoding="utf-8")
    assert run(python, "-W", "error", script, folder=tmp_path).strip(), "it shows something"


def test_it_passes_its_own_conformance_suite_there(python: Path, tmp_path: Path) -> None:
    told = run(python, "-W", "error", "-m", "booking_domain.testing.conformance", folder=tmp_path)
    assert "all passed" in told
