"""What the tasks of the Makefile and of `.ci` decide."""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]


def recipe_of_test(*variables: str) -> str:
    return recipe_of("test", *variables)


def recipe_of(task: str, *variables: str) -> str:
    """What `make` would run, had everything been installed."""
    done = subprocess.run(  # noqa: S603
        ["make", "--dry-run", "--always-make", "--old-file=.venv/.dev", task, *variables],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("named", ["ARGS=tests/unit/shared/test_money.py::test_of_it", "FEATURE=reviews"])
def test_named_tests_run_in_one_process_and_install_nothing_else(named: str) -> None:
    recipe = recipe_of_test(named)
    assert "-p no:xdist" in recipe
    assert "install-" not in recipe
    assert "swift" not in recipe


@pytest.mark.parametrize(
    ("file", "installed"),
    [
        ("tests/acceptance/test_pages.py", "tests/install-browser"),
        ("tests/contract/test_clamav.py", "tests/install-clamd"),
        ("tests/contract/test_object_storage.py", "requirements/swift.txt"),
    ],
)
def test_a_file_that_names_an_install_gets_it(file: str, installed: str) -> None:
    recipe = recipe_of_test(f"ARGS={file}")
    everything = {"tests/install-browser", "tests/install-clamd", "requirements/swift.txt"}
    assert {each for each in everything if each in recipe} == {installed}


@pytest.mark.parametrize("named", ["ARGS=--durations=50", "ARGS=tests/contract", "ARGS="])
def test_all_tests_and_folders_run_on_every_worker_with_all_installs(named: str) -> None:
    recipe = recipe_of_test(named)
    assert "--dist loadfile" in recipe
    assert "tests/install-browser" in recipe


@pytest.mark.parametrize("task", ["test", "test-fast", "bench"])
def test_a_task_removes_the_temporary_folder_of_its_own_and_none_of_others(task: str) -> None:
    recipe = recipe_of(task)
    assert "export TMPDIR=$(mktemp -d " in recipe
    assert "rm -rf $TMPDIR" in recipe
    assert "rm -rf .tmp" not in recipe


def judged(subject: str, folder: Path) -> int:
    message = folder / "message"
    message.write_text(f"{subject}\n\nA body, in which anything may stand.\n", encoding="utf-8")
    return subprocess.run([ROOT / ".ci" / "subjects", message], capture_output=True, check=False).returncode  # noqa: S603


@pytest.mark.parametrize("subject", ["Keep the id of a booking", "Embed PostgreSQL", "A" * 72])
def test_an_imperative_of_at_most_72_characters_is_a_subject(subject: str, tmp_path: Path) -> None:
    assert judged(subject, tmp_path) == 0


@pytest.mark.parametrize(
    "subject", ["A" * 73, "fix: a slot", "Fix: a slot", "keep it", "Fixed it", "Keeping it", "Keep it.", "The slots"]
)
def test_other_subjects_are_refused(subject: str, tmp_path: Path) -> None:
    assert judged(subject, tmp_path) == 1


@pytest.mark.parametrize("packages", [".venv/.server", ".venv/.dev", ".venv/.swift"])
def test_uv_installs_what_is_pinned_and_pip_where_it_cannot(packages: str) -> None:
    recipe = subprocess.run(  # noqa: S603
        ["make", "--dry-run", "--always-make", packages],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.partition("installers.txt\n")[2]
    uv, otherwise, pip = recipe.partition("||")
    assert otherwise
    assert ".venv/bin/uv pip install" in uv
    assert ".venv/bin/python -m pip" in pip
    assert "--require-hashes --no-deps" in uv
    assert "--require-hashes --no-deps" in pip


def test_a_rollback_checks_the_release_out_and_touches_no_database(tmp_path: Path) -> None:
    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603

    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"))
    run("git", "init", "--quiet")
    for release in ("1", "2"):
        (tmp_path / "release").write_text(release)
        run("git", "add", ".")
        run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", release)
        run("git", "tag", f"v{release}")
    (tmp_path / "release").write_text("changed")
    assert run("make", "rollback", "TO=v1").returncode != 0
    run("git", "checkout", "--quiet", "release")
    assert run("make", "rollback").returncode != 0
    assert run("make", "rollback", "TO=v1").returncode == 0
    assert (tmp_path / "release").read_text() == "1"


@pytest.mark.parametrize(
    ("settings", "embedded"),
    [
        ("", True),
        ("DATABASE_URL=\n", True),
        ("PORT=1\nDATABASE_URL=postgresql://h/d\n", False),
        ("DATABASE_URL_FILE=/f\n", False),
    ],
)
def test_the_embedded_database_is_installed_where_no_settings_name_one(
    tmp_path: Path, settings: str, *, embedded: bool
) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"))
    (tmp_path / ".env").write_text(settings)
    command = ["make", "--dry-run", "--old-file=.venv/.server", "doctor"]
    clean = {"PATH": os.environ["PATH"]}
    told = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)  # noqa: S603
    assert ("requirements/run.txt" in told.stdout + told.stderr) is embedded
