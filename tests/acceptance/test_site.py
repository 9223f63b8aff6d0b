"""The site of the library builds without a warning and a network, has every promised name, and its programs run."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sphinx.util.inventory import InventoryFile
from tests.gates import PATIENCE_SECONDS
from tests.programs import CHECKOUT
from tests.unit.test_api_surface import PROMISED, names_of

from booking_domain.core import SystemClock

PAGES: Final = CHECKOUT / "docs" / "library"
RUN_ELSEWHERE: Final = {"testing-your-own-rules.md", "conformance.md"}
"""Pages whose programs `tests/unit/testing` runs."""
GUIDES: Final = sorted(page.name for page in PAGES.glob("*.md") if page.name not in RUN_ELSEWHERE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    # Proxies that nobody serves: whatever asks a network fails.
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", folder / "read", PAGES, folder / "html"],
        env={"PYTHONPATH": str(CHECKOUT / "src"), "PATH": "/usr/bin:/bin", "HOME": str(folder), **nowhere},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.mark.nightly
def test_every_promised_name_is_in_the_reference(site: Path) -> None:
    listed = {
        name.rpartition(".")[2]
        for kind, names in InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data.items()
        if kind.startswith("py:")
        for name in names
    }
    assert {name for module in PROMISED for name in names_of(module)} - listed == set()


@pytest.mark.nightly
def test_a_page_asks_for_nothing_elsewhere(site: Path) -> None:
    loaded = re.compile(r"""<(?:script|img|link|iframe)[^>]*(?:src|href)=["'](?:https?:)?//""")
    assert [page.name for page in site.rglob("*.html") if loaded.search(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("page", GUIDES)
def test_the_programs_of_a_guide_run_at_any_hour(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```$", (PAGES / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    for hour in range(24):
        moment = datetime(2026, 12, 1, hour, 50, tzinfo=UTC)
        monkeypatch.setattr(SystemClock, "now", lambda _, moment=moment: moment)
        namespace: dict[str, object] = {"__name__": page}
        for block in blocks:
            exec(compile(block, page, "exec"), namespace)  # noqa: S102
