"""TypeScript generated from the OpenAPI document type-checks."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.browsing import WEB
from tests.gates import PATIENCE_SECONDS
from tests.npm import require_packages
from tests.unit.entrypoints.api import Api


@pytest.mark.nightly
async def test_a_program_over_the_types_of_openapi_typescript_type_checks(api: Api, tmp_path: Path) -> None:
    require_packages(WEB)
    (tmp_path / "openapi.json").write_bytes((await api.get("/schema")).content)
    shutil.copy(WEB / "program.ts", tmp_path)
    packages = WEB / "node_modules"
    run(packages / "openapi-typescript" / "bin" / "cli.js", "openapi.json", "-o", "api.d.ts", folder=tmp_path)
    options = ("--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--moduleResolution", "bundler")
    run(packages / "typescript" / "bin" / "tsc", *options, "--module", "es2022", "program.ts", folder=tmp_path)


def run(script: Path, *arguments: str, folder: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(  # noqa: S603
        [node, str(script), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
