"""`/objects` of the local storage, as strangers ask for them: only the objects exist, whatever the name is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from tests.unit.entrypoints.api import Api, serving

from booking_domain.files.model import SMALL, ObjectKey, image_key
from booking_domain.shared.ids import FileId

BODY: Final = b"RIFF and more"
FILE_ID: Final = FileId(uuid4())
IMAGE: Final = image_key(FILE_ID, SMALL, public=True)
SECRET: Final = ObjectKey(name=f"uploads/{FILE_ID}")
IN: Final = f"images/{FILE_ID}"
NAMES: Final = (
    *("images", "images/", IN, f"{IN}/", "images//", f"{IN}/320.webp/x", f"{IN}/320.webp."),
    *("x" * 5_000, f"images/{'x' * 5_000}", f"images/{'x' * 255}", "x/" * 2_000, f"images/{'x/' * 2_000}x"),
    *(
        "%2e",
        "%2e%2e",
        "images/%2e%2e",
        f"images/%2e/{FILE_ID}/320.webp",
        f"{IN}/%2e%2e",
        f"%2e%2e/public/{IMAGE.name}",
    ),
    *(f"%2e%2e/private/{SECRET.name}", f"%2e%2e/public/{IMAGE.name}", f"images/%2e%2e/%2e%2e/private/{SECRET.name}"),
    *(f"..%2fprivate%2f{SECRET.name}", f"%252e%252e%252fprivate/{SECRET.name}", f"..\\private\\{SECRET.name}"),
    *(
        f"{IN}%2f320.web",
        f"{IN}/320.webp%00",
        f"{IN}/320.webp%0a",
        f"{IN}/320.webp%20",
        f"images/%20{FILE_ID}/320.webp",
    ),
    *("%00", "a%00b", "%ff", "%ed%a0%80", "%F0%9F%98%80", "C:\\windows", "images/nul", f"{IN}/*", f"images/.{FILE_ID}"),
    *(f"IMAGES/{FILE_ID}/320.webp", f"{IN}/320.WEBP", f"{IN}/320"),
    *("etc/passwd", "%2fetc%2fpasswd", "/etc/passwd", "//etc/passwd", "%2eenv", ".git/config"),
)
QUERIES: Final = (
    *("", "?expires=0&signature=", "?expires=-1&signature=x", f"?expires={'9' * 18}&signature={'0' * 64}"),
    *(f"?expires={'9' * 400}&signature=x", f"?expires={'9' * 5_000}&signature=x", "?expires=1e400&signature=x"),
    *("?expires=NaN&signature=%00", "?signature=%ed%a0%80", "?expires=1&signature=%C3%A9", "?expires=%D9%A1"),
    *("?signature=a&signature=b", f"?expires={'9' * 18}&signature=%F0%9F%98%80", f"?expires={'9' * 18}&signature=%ff"),
)
"""Of URLs that nobody signed."""


@pytest.fixture
async def stored(tmp_path: Path) -> AsyncIterator[Api]:
    """The API with a public image and a private object in a folder, and a secret beside the folder."""
    async with serving(BOOKING_DATA_DIR=str(tmp_path), BOOKING_PUBLIC_URL="http://api.test") as api:
        storage = api.container.local_storage()
        for key in (IMAGE, SECRET):
            await storage.write(key, BODY, content_type="image/webp")
        yield api


@pytest.mark.parametrize("space", ["public", "private", "other", "Public", "%2e", "%2e%2e"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_name_that_is_no_object_is_not_found(stored: Api, method: str, space: str) -> None:
    for name in NAMES:
        answer = await stored.client.request(method, f"/objects/{space}/{name}")
        assert answer.status_code in {400, 403, 404, 405}, (name[:100], answer.status_code, answer.text[:200])
        assert BODY not in answer.content


async def test_nobody_reads_or_writes_a_private_object_without_a_signature(stored: Api) -> None:
    for query in QUERIES:
        for method in ("GET", "PUT"):
            answer = await stored.client.request(method, f"/objects/private/{SECRET.name}{query}")
            assert answer.status_code in {400, 403}, (method, query[:80], answer.text[:200])


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"Range": value}
            for value in ("bytes=0-0", "bytes=5-1", "bytes=-1", "x", "bytes=²-", "bytes=" + "0-1," * 900)
        ),
        *({"If-None-Match": value} for value in ("*", '"x"', "é", "," * 3_000)),
        *({"If-Modified-Since": value} for value in ("x", "Fri, 31 Dec 9999 23:59:59 GMT", "0")),
        *({"If-Match": value} for value in ("*", '"x"')),
        {"If-Range": "x", "Range": "bytes=0-1"},
    ],
    ids=lambda headers: str(headers)[:40],
)
async def test_an_image_is_served_whole_whatever_part_is_asked_for(stored: Api, headers: dict[str, str]) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    answer = await stored.client.get(f"/objects/public/{IMAGE.name}", headers=encoded)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, BODY, "image/webp")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
