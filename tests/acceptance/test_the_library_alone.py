"""The wheel is small and complete, works with nothing else installed, and runs what its pages show; the rest of
`booking_domain` is in a second one.

`make nightly` does this with each Python from 3.11 to 3.13 that is installed.
"""

import ast
import email
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.readme import README, blocks
from tests.gates import PATIENCE_SECONDS
from tests.npm import require_packages
from tests.programs import CHECKOUT
from tests.unit.effort import NIGHTLY

import booking_domain

DESCRIPTION: Final = CHECKOUT / "src" / "booking_domain" / "README.md"
EXAMPLES: Final = [*blocks("The library alone", "python"), *blocks("booking-domain", "python", file=DESCRIPTION)]
URLS: Final = {"Homepage": "https://example.com/booking", "Documentation": "https://example.com/docs"}
DOCTESTS: Final = """
import doctest, importlib, pkgutil, booking_domain
tested = 0
for found in pkgutil.walk_packages(booking_domain.__path__, "booking_domain.", onerror=lambda name: None):
    try:
        module = importlib.import_module(found.name)
    except ModuleNotFoundError as missing:
        assert missing.name in {"anyio", "hypothesis", "pytest"}, missing  # the extra `testing`
        continue
    result = doctest.testmod(module)
    assert not result.failed, found.name
    tested += result.attempted
print(tested)
"""
IMPORTS: Final = """
import importlib, pkgutil, sys, booking_domain
names = [found.name for found in pkgutil.walk_packages(booking_domain.__path__, "booking_domain.")]
for name in names:
    importlib.import_module(name)
assert not [name for name in sys.modules if name.split(".")[0] in {"adapters", "entrypoints", "simulators"}]
print(len(names))
"""
OF_THE_PLATFORM: Final = {
    f"booking_domain.testing.conformance.{name}"
    for name in ("histories", "playing", "remote_gateways", "remote_histories", "remote_services")
}
"""What the command of the conformance suite imports where the platform is installed."""
MOST_BYTES: Final = 250_000
SOURCES: Final = CHECKOUT / "src"
PYRIGHT: Final = CHECKOUT / "tests" / "clients" / "pyright"


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a command outside the checkout; return its output."""
    done = subprocess.run(  # noqa: S603
        [str(part) for part in command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel of the library, and that of the platform."""
    folder = tmp_path_factory.mktemp("wheels")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    urls = " ".join(f"{label}={url}" for label, url in URLS.items())
    projects = (CHECKOUT, CHECKOUT / "distributions" / "platform")
    build = (sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, *projects)
    run(*build, folder=folder, BOOKING_PROJECT_URLS=urls)
    library, platform = sorted(folder.glob("*.whl"))
    return library, platform


@pytest.fixture(scope="module")
def wheel(wheels: tuple[Path, Path]) -> Path:
    return wheels[0]


def interpreters() -> list[str]:
    """This one, or nightly each installed Python that the library supports."""
    if not NIGHTLY:
        return [sys.executable]
    found = {sys.version_info.minor: sys.executable}
    for minor in (11, 12, 13):
        name = f"python3.{minor}"
        for candidate in (shutil.which(name), *sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/{name}"))):
            # A shim of pyenv is on the path and fails.
            if candidate and subprocess.run([candidate, "-V"], capture_output=True, check=False).returncode == 0:  # noqa: S603
                found.setdefault(minor, str(candidate))
    return [found[minor] for minor in sorted(found)]


def bare(folder: Path, interpreter: str, *wheels: Path) -> Path:
    """A virtual environment that has the wheels and nothing else, not even pip."""
    run(interpreter, "-m", "venv", "--without-pip", folder / "venv", folder=folder)
    python = folder / "venv" / "bin" / "python"
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *wheels, folder=folder)
    return python


@pytest.fixture(scope="module", params=interpreters())
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """An interpreter that has the wheel and nothing else."""
    return bare(tmp_path_factory.mktemp("bare"), request.param, wheel)


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}


def test_each_file_is_in_one_of_the_wheels(wheels: tuple[Path, Path]) -> None:
    library, platform = map(contents, wheels)
    files = {each for each in (SOURCES / "booking_domain").rglob("*") if each.suffix in {".py", ".json", ".typed"}}
    assert library & platform == set()
    assert library | platform == {str(each.relative_to(SOURCES)) for each in files}


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES


def test_what_its_modules_import_is_in_it(wheel: Path) -> None:
    """Also what a function imports when it runs."""
    names = {name for name in contents(wheel) if name.endswith(".py")}
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in names}
    everything = {
        str(each.relative_to(SOURCES)).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for each in (SOURCES / "booking_domain").rglob("*.py")
    }
    missing = {(name, each) for name in names for each in imported_by(SOURCES / name) & everything - modules}
    assert missing == {("booking_domain/testing/conformance/__main__.py", each) for each in OF_THE_PLATFORM}


def imported_by(file: Path) -> set[str]:
    """What a file may import: modules, and names of modules, of which some are modules."""
    found = set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_each_of_its_modules_can_be_imported_with_the_extra_alone(wheel: Path, python: Path, tmp_path: Path) -> None:
    extra = str(Path(pytest.__file__).parents[1])  # anyio, Hypothesis and pytest lie in it
    imported = int(run(python, "-c", IMPORTS, folder=tmp_path, PYTHONPATH=extra))
    assert imported == sum(name.endswith(".py") for name in contents(wheel)) - 1  # but for booking_domain itself


def test_the_platform_is_the_rest_and_needs_nothing_else(wheels: tuple[Path, Path], tmp_path: Path) -> None:
    library, platform = map(metadata, wheels)
    required = platform.get_all("Requires-Dist") or []
    assert [line for line in required if "extra ==" not in line] == [f"booking-domain=={booking_domain.__version__}"]
    assert (platform["Version"], platform.get_all("Project-URL")) == (
        library["Version"],
        library.get_all("Project-URL"),
    )
    python = bare(tmp_path, sys.executable, *wheels)
    foreign = run(
        python,
        "-c",
        "import sys, booking_domain.scheduling, booking_domain.use_cases.bookings.place_booking\n"
        "print(*{n.partition('.')[0] for n in sys.modules} - {*sys.stdlib_module_names, '__main__', 'booking_domain'})",
        folder=tmp_path,
    )
    assert {name for name in foreign.split() if not name.startswith(("_", "sitecustomize"))} == set()
    some = ("--only", "rules-until-*", "--only", "place-taken")
    said = run(python, "-W", "error", "-m", "booking_domain.testing.conformance", *some, folder=tmp_path)
    assert "1 histories: all passed" in said


def test_the_metadata_name_the_version_the_extras_and_no_dependency(wheel: Path) -> None:
    fields = metadata(wheel)
    assert fields["Version"] == booking_domain.__version__
    assert fields.get_all("Provides-Extra") == ["testing", "tz"]
    required = fields.get_all("Requires-Dist") or []
    assert [line for line in required if "extra ==" not in line] == []
    assert fields.get_all("Project-URL") == [f"{label}, {url}" for label, url in URLS.items()]


def test_the_description_is_the_librarys_own_and_its_links_work_anywhere(wheel: Path) -> None:
    fields = metadata(wheel)
    text = str(fields.get_payload(decode=False)).strip()
    assert text == DESCRIPTION.read_text(encoding="utf-8").strip()
    assert text != README.read_text(encoding="utf-8").strip()
    assert [link for link in re.findall(r"]\(([^)]*)\)", text) if not link.startswith("https://")] == []


def test_it_can_be_imported_where_nothing_else_is_installed(python: Path, tmp_path: Path) -> None:
    installed = run(
        python, "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))", folder=tmp_path
    )
    assert installed.split() == ["booking-domain"]
    assert run(python, "-W", "error", "-c", "import booking_domain", folder=tmp_path) == ""


def test_the_smallest_program_has_ten_lines_and_two_imports() -> None:
    for example in (EXAMPLES[0], EXAMPLES[2]):
        lines = [line for line in example.splitlines() if line.strip()]
        assert len(lines) <= 10
        assert sum("import" in line for line in lines) <= 2


@pytest.mark.parametrize("example", EXAMPLES, ids=["repository", "slots", "library", "library-slots"])
def test_the_example_of_the_readme_runs_there(python: Path, tmp_path: Path, example: str) -> None:
    script = tmp_path / "readme.py"
    script.write_text(example, encoding="utf-8")
    assert run(python, "-W", "error", script, folder=tmp_path).strip(), "it shows something"


@pytest.mark.nightly  # `make test` runs the doctests of the checkout
def test_the_doctests_pass_there(python: Path, tmp_path: Path) -> None:
    assert int(run(python, "-W", "error", "-c", DOCTESTS, folder=tmp_path)) > 100


@pytest.mark.nightly  # a minute of pyright
def test_every_public_name_has_a_known_type(wheel: Path, tmp_path: Path) -> None:
    require_packages(PYRIGHT)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site-packages")
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment, folder=tmp_path)
    [packages] = environment.glob("lib/*/site-packages")
    # The wheel, and of this environment what the extra `testing` brings.
    (packages / "wheel.pth").write_text(f"{tmp_path / 'site-packages'}\n{Path(pytest.__file__).parents[1]}\n")
    found = run(
        PYRIGHT / "node_modules" / ".bin" / "pyright",
        "--verifytypes",
        "booking_domain",
        "--ignoreexternal",
        folder=tmp_path,
        PATH=f"{environment / 'bin'}:{os.environ['PATH']}",
        VIRTUAL_ENV=str(environment),
    )
    assert "Type completeness score: 100%" in found


def test_it_passes_its_own_conformance_suite_there(python: Path, tmp_path: Path) -> None:
    output = run(python, "-W", "error", "-m", "booking_domain.testing.conformance", folder=tmp_path)
    assert output.endswith("no histories (booking-domain-platform is not installed): all passed\n")


def test_without_a_time_zone_database_the_error_names_the_extra(python: Path, tmp_path: Path) -> None:
    program = "import booking_domain; booking_domain.Calendar(time_zone='Asia/Ulaanbaatar')"
    done = subprocess.run(  # noqa: S603
        [python, "-c", program],
        cwd=tmp_path,
        env={"PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "booking-domain[tz]" in done.stderr.splitlines()[-1]
