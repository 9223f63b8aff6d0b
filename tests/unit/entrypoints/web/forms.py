"""Forms of pages as a browser sends them, without a browser: with the cookies that it was given."""

import re
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api

from booking_domain.identity.events import SignUpRequested
from booking_domain.identity.one_time_codes import CodePurpose
from entrypoints.http.kit.again import AGAIN
from entrypoints.http.kit.session_cookies import ACCESS_COOKIE
from entrypoints.web.kit.kept import KEPT
from entrypoints.web.kit.pages import REFUSED

OWN: Final = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
_TYPE: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Visitor:
    """A person with a browser."""

    def __init__(self, api: Api, token: str = "") -> None:
        """With the access token of who is signed in."""
        self.api = api
        self.cookies: dict[str, str] = {ACCESS_COOKIE: token} if token else {}

    async def get(self, path: str) -> httpx.Response:
        return self.keep(await self.api.client.get(path, headers=self._headers()))

    async def send(self, path: str, fields: dict[str, Any], **headers: str) -> httpx.Response:
        content = urlencode(fields, doseq=True)
        return await self.led(
            await self.api.client.post(path, content=content, headers=self._headers() | _TYPE | headers)
        )

    async def send_files(
        self, path: str, fields: dict[str, Any], *files: tuple[str, bytes, str], **headers: str
    ) -> httpx.Response:
        """Send a form with pictures: names, contents and types."""
        pictures = [("pictures", each) for each in files]
        return await self.led(
            await self.api.client.post(path, data=fields, files=pictures, headers=self._headers() | headers)
        )

    async def led(self, answer: httpx.Response) -> httpx.Response:
        """Go to the page that shows what a form led to."""
        self.keep(answer)
        shown = {KEPT, REFUSED} & parse_qs(urlsplit(answer.headers.get("Location", "")).query).keys()
        return await self.get(answer.headers["Location"]) if shown else answer

    async def submit(self, at: httpx.Response, action: str, **fields: Any) -> httpx.Response:
        """Send the form of a page whose address ends so, with what is in its hidden fields."""
        return await self.send(*form_in(at, action, **fields), Referer=str(at.url))

    async def signed_in(self, phone: str, name: str = "Bold") -> None:
        """Sign in with a code; somebody new gets an account."""
        await self.send("/en/sign-in", {"contact": phone})
        done = await self.send("/en/sign-in", {"contact": phone, "code": await code_of(self.api)})
        if "/sign-in/name" in done.headers["Location"]:
            asked = await self.get(done.headers["Location"])
            await self.submit(asked, "/sign-in/name", name=name)

    async def book(self, provider_id: str, **fields: Any) -> httpx.Response:
        """Join with a code to the phone, and book."""
        path = f"/en/book/{provider_id}/you"
        fields = {"slot": MONDAY_AT_TEN, "name": "Bold", "phone": "+97699112233", **fields}
        await self.send(path, fields)
        joined = await self.send(path, {**fields, "code": await code_of(self.api)})
        return await self.submit(await self.get(joined.headers["Location"]), "/summary")

    def _headers(self) -> dict[str, str]:
        return OWN | (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        )

    def keep(self, answer: httpx.Response) -> httpx.Response:
        for each in answer.headers.get_list("set-cookie"):
            name, _, value = each.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer


def form_in(at: httpx.Response, action: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The address of a form of a page, and its fields: the hidden ones, and those that are given."""
    for whole, address in re.findall(r'(<form [^>]*action="([^"]*)"[^>]*method="post".*?</form>)', at.text, re.DOTALL):
        path, _, query = unescape(address).partition("?")
        if path.endswith(action) and AGAIN not in parse_qs(query):
            hidden = re.findall(r'<input type="(?:hidden|text)" name="([^"]*)" value="([^"]*)"', whole)
            return unescape(address), {name: unescape(value) for name, value in hidden} | fields
    raise AssertionError(f"no form leads to {action}: {at.status_code} {at.text[:2_000]}")


async def code_of(api: Api) -> str:
    """The code of the last sign-up, which was sent."""
    event = next(each for each in reversed(await api.database.outbox_events()) if isinstance(each, SignUpRequested))
    return api.container.secret_codes().code(event.code_id, CodePurpose.SIGNUP)
