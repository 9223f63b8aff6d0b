"""The pictures that others show beside links to pages."""

import io
import re
from html import unescape

import pytest
from PIL import Image
from tests.unit.entrypoints.api import Api
from tests.unit.entrypoints.http.test_origins import item_of
from tests.unit.entrypoints.web.site import ORIGIN

from booking_domain.catalogue.model import Accent
from booking_domain.shared.languages import LANGUAGES
from entrypoints.web.kit.link_pictures import accents


async def shown_beside(api: Api, path: str) -> tuple[str, bytes]:
    """The address of the picture of a page, and the picture."""
    page = await api.client.get(path, follow_redirects=True)
    [address] = re.findall(r'<meta property="og:image" content="([^"]+)">', page.text)
    answer = await api.client.get(unescape(address).partition("://")[2].partition("/")[2].join(("/", "")))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    known = await api.client.get(answer.url.raw_path.decode(), headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status_code == 304
    return unescape(address), answer.content


@pytest.mark.settings(BOOKING_PUBLIC_URL=ORIGIN)
async def test_a_link_to_a_provider_or_a_salon_is_shown_with_a_picture_in_its_language(api: Api) -> None:
    token, provider_id = await api.open_provider(displayName="Сарнай", styles=["lettering"])
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Nomad", "timeZone": "Asia/Ulaanbaatar"})).json()
    drawn = set()
    for language in LANGUAGES:
        for path in (f"/{language}/providers/{provider_id}", f"/{language}/salons/{salon['id']}"):
            address, content = await shown_beside(api, path)
            assert address.startswith(f"{ORIGIN}{path.rpartition('/')[0]}/")
            with Image.open(io.BytesIO(content)) as opened:
                assert (opened.format, opened.size) == ("PNG", (1200, 630))
            drawn.add(content)
    assert len(drawn) == 5, "the style in each language; the salon from left to right, and from right to left"
    before, plain = await shown_beside(api, f"/en/providers/{provider_id}")
    photo = await api.uploaded(token, "provider-photos")
    profile = {"displayName": "Сарнай", "photoFileId": photo}
    assert (await api.put("/providers/me", token, json=profile)).status_code == 200
    after, with_photo = await shown_beside(api, f"/en/providers/{provider_id}")
    assert (before != after, plain != with_photo) == (True, True)
    assert (await api.client.get("/en/providers/nobody/picture.png")).status_code == 404


@pytest.mark.settings(BOOKING_PUBLIC_URL=ORIGIN)
async def test_a_work_has_a_page_and_a_picture_until_it_is_taken_down(api: Api) -> None:
    token, provider_id = await api.open_provider(displayName="Сарнай")
    item = await item_of(api, token)
    led = await api.client.get(f"/en/providers/x/works/{item}")
    assert led.status_code == 301, "by the name of its provider"
    work = led.headers["Location"]
    _, provider = await shown_beside(api, f"/en/providers/{provider_id}")
    assert (await shown_beside(api, work))[1] != provider
    assert f'href="{work}"' in (await api.client.get(work.partition("/works/")[0])).text
    down = await api.post(f"/admin/portfolio/{item}/take-down", await api.an_admin(), json={"reason": "Not theirs."})
    assert down.is_success
    for path in (work, f"{work}/picture.png", f"/en/providers/x/works/{provider_id}"):
        assert (await api.client.get(path)).status_code == 404


def test_the_colours_are_those_of_the_style_sheet() -> None:
    assert accents().keys() == {"", *Accent}
    assert accents()["wine"] == accents()[""] == "#7a2e3a"
