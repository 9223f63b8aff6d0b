"""A page in its language: what a handler answers a browser with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.types import ControllerRouterHandler

from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.search.words import said_in
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import SessionId
from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.again import AGAIN, shows_again
from entrypoints.http.kit.answers import digest_of
from entrypoints.http.kit.etags import matches
from entrypoints.http.kit.forms import form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.problems import status_of
from entrypoints.http.kit.registration import OwnRouter
from entrypoints.http.kit.request_guard import ANY_QUERY
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.session_modes import has_token
from entrypoints.languages.documents import Wording
from entrypoints.web.kit.assets import base
from entrypoints.web.kit.environment import NAMES, RIGHT_TO_LEFT, environment_of
from entrypoints.web.kit.formats import Formats
from entrypoints.web.kit.kept import KEPT, KEPT_COOKIE, LIFE_ON_PAGES, Fields, KeptForms
from entrypoints.web.kit.policy import Cards
from entrypoints.web.kit.refused import STATUS, kept_of, with_refusal

LANGUAGE: Final = "page_language"
"""In the `opt` of a handler: the language of its pages."""
REFUSED: Final = "refused"
"""The parameter of the address of a page that shows what was wrong with its form."""
_FILES: Final = "/api/v1/"
"""Where the files are to which pages link: addresses without a language."""
_PUBLIC: Final = "public, no-cache"
"""Anybody may keep the page, and asks each time whether it is still true."""
_SEEN_BY_ONE: Final = "private, no-cache"
"""The same, for who is signed in: the head of the page says so."""
_OWN: Final = "private, no-store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all pages of the platform share."""

    name: str
    """Of the brand."""
    url: str
    """The public address, without a slash at its end."""
    policy: str
    """The Content-Security-Policy."""
    zone: str
    """The time zone in which a search means its days."""
    kept_forms: KeptForms
    services: tuple[IdentityProvider, ...] = ()
    """With which people sign in by OpenID Connect."""
    bot: str = ""
    """The user name of the Telegram bot; empty: there is none."""
    cards: Cards | None = None
    """How a gateway takes cards."""
    card_policy: str = ""
    """The Content-Security-Policy of pages on which a card is entered."""


@dataclass(frozen=True, kw_only=True)
class PageModel:
    """What a template gets, as `it`: sentences that are ready, without HTML."""

    template: ClassVar[str]
    title: str
    description: str = ""
    picture: str = ""
    """The address of the picture that others show beside a link to the page."""
    accent: str = ""
    """The colour of the provider whose page it is; empty: that of the platform."""
    robots: str = ""
    """What search engines are asked; empty: to list the page."""
    main: str = ""
    """The page that search engines list in place of this one, without its language; empty: this one."""
    card_script: str = ""
    """The script of the gateway to which a card is entered; empty: none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The same page in a language."""

    language: str
    name: str
    direction: str
    href: str
    address: str
    """With the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a page is asked for in another language that shows what is too long for a cookie: by a form."""

    at: str
    """The address, without a language."""
    sealed: str
    """What it shows."""


class Page:
    """Answers one request with pages in the language of its address."""

    def __init__(self, request: Request[Any, Any, Any], site: Site, language: str) -> None:
        self._request = request
        self.site: Final = site
        self.language: Final = language
        self.say: Final = Wording(language)
        self.formats: Final = Formats(language, self.say)

    @cached_property
    def query(self) -> Mapping[str, Sequence[str]]:
        """The parameters of the address that are not empty."""
        found = self._request.query_params
        return {name: values for name in found if (values := [each for each in found.getall(name) if each.strip()])}

    def asked(self, name: str) -> str:
        """A parameter of the address, empty without it."""
        return self.query.get(name, [""])[0].strip()

    def link(self, path: str, /, **query: object) -> str:
        """The address of a page in the same language, with what of the query is not empty."""
        given = {name: value for name, value in query.items() if value is not None and value != ""}
        return f"/{self.language}{path}" + (f"?{urlencode(given, doseq=True)}" if given else "")

    def styles(self, styles: Iterable[str]) -> list[str]:
        """What styles are called in the language of the page, if they are known; else as they are written."""
        return [said_in(self.language, each) for each in styles]

    @cached_property
    def kept(self) -> Mapping[str, Sequence[str]]:
        """What a form led here with, as the browser has kept it or sent it again; empty after a while."""
        if self._sealed:
            return self.site.kept_forms.read(self._sealed, self.path, self._session, life=LIFE_ON_PAGES)
        value = self._request.cookies.get(KEPT_COOKIE, "")
        return self.site.kept_forms.read(value, self.path, self._session) if value else {}

    @property
    def led(self) -> Mapping[str, Sequence[str]]:
        """The same, if this is the page that shows it, and not the one with the form."""
        return self.kept if self.asked(KEPT) else {}

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """What was typed into the form of this page, if it shows what was wrong with it."""
        return self.kept if self.asked(REFUSED) else {}

    @property
    def _sealed(self) -> str:
        """What the page is asked for with in another language, if it is too long for a cookie."""
        return next(iter(form_of(self._request).get(AGAIN, ())), "") if shows_again(self._request.scope) else ""

    @property
    def _session(self) -> SessionId | None:
        found: SessionId | None = self._request.scope.get("auth")
        return found

    @property
    def path(self) -> str:
        """The address of this page, without its language."""
        return str(self._request.scope["path"]).removeprefix(f"/{self.language}") or "/"

    def onward(self, path: str) -> str:
        """The address that a form or a link names to go on to, without its language: always one of ours."""
        kept = quote(path, safe="/?&=%:+,@;~.-_") if path.startswith("/") else "/"
        return kept if kept.startswith(_FILES) else self.link(kept)

    def render(
        self, model: PageModel, *, status: int = 200, public: bool = True, again: Again | None = None
    ) -> Response[bytes]:
        """The page. A public one has no name and no cookie, and is answered by 304 to those who have it.

        `again`: how to ask for it in another language, unless with its address.
        """
        path = self.path
        if self._sealed:
            again = Again(at=self._at, sealed=self._sealed)
        if refused := self.refused.get(STATUS):
            model, status, public = with_refusal(model, self.refused, self.language), int(refused[0]), False
        signed_in = has_token(self._request)
        text = (
            environment_of(self.language)
            .get_template(model.template)
            .render(
                it=model,
                site=self.site,
                assets=base(),
                canonical=f"{self.site.url}/{self.language}{model.main or path}",
                alternatives=self._alternatives(self._at if again is None else again.at),
                again="" if again is None else again.sealed,
                home=self.link("/"),
                path=path,
                signed_in=signed_in,
                bookings=self.link("/bookings"),
                account=self.link("/account"),
                sign_in=self.link("/sign-in", next=self._here()),
                sign_out=self.link("/sign-out"),
            )
        )
        body = text.encode()
        headers = {
            "Content-Security-Policy": self.site.card_policy if model.card_script else self.site.policy,
            "Content-Language": self.language,
            "Referrer-Policy": "same-origin",  # with less, browsers say of our own forms that their origin is null
            "Cache-Control": _OWN,
        }
        if public and status == 200:  # noqa: PLR2004 - success
            headers["Cache-Control"] = _SEEN_BY_ONE if signed_in else _PUBLIC
            headers["ETag"] = f'W/"{digest_of(body)}"'
            if matches(self._request.headers.get("if-none-match"), headers["ETag"]):
                return Response(b"", status_code=304, headers=headers)
        return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)

    def refuse(
        self,
        model: PageModel,
        error: DomainError,
        *,
        at: str,
        fields: Fields | None = None,
        session_id: SessionId | None = None,
    ) -> Response[Any]:
        """The page with what was wrong, which `model` says already, and the status of the error.

        `at`: the address of the page with the form, without its language, to which the form leads back. Without a query
        it has that of the page from which the form came, if it is the same. `fields`: what that page needs besides.
        `session_id`: the session that has just begun. A form is answered itself if no page of ours has sent it, or if
        what was typed is too long to be kept.
        """
        came, to = urlsplit(self.came_from), urlsplit(at)
        kept = kept_of(model, error) | dict(fields or {})
        sealed = self.site.kept_forms.seal(kept, to.path, session_id or self._session)
        query = to.query or (came.query if came.path == to.path else "")
        shown = [each for each in parse_qsl(query) if each[0] not in {REFUSED, AGAIN}]
        address = f"{to.path}?{urlencode([*shown, (REFUSED, '1')])}"
        if came.path and (cookie := self.site.kept_forms.cookie(sealed)):
            return self.see(f"/{self.language}{address}", cookies=[cookie])
        return self.render_refused(model, error, again=_again(address, sealed))

    def render_refused(self, model: PageModel, error: DomainError, *, again: Again | None = None) -> Response[bytes]:
        """The same page itself, with the status of the error."""
        return self.render(model, status=status_of(type(error)), public=False, again=again)

    @property
    def came_from(self) -> str:
        """The page of ours that has sent the form, without its language; empty: it is not known, or not ours."""
        came = urlsplit(self._request.headers.get("referer", ""))
        if came.netloc not in {self._request.headers.get("host"), urlsplit(self.site.url).netloc}:
            return ""
        return came.path.removeprefix(f"/{self.language}") + (f"?{came.query}" if came.query else "")

    def see(self, address: str, *, status: int = 303, cookies: Iterable[Cookie] = ()) -> Response[Any]:
        """A redirection: 303 after a form, 307 with a form, 301 from a former address."""
        headers = {"Location": address, "Cache-Control": _PUBLIC if status == 301 else _OWN}  # noqa: PLR2004
        return Response(b"", status_code=status, headers=headers, cookies=list(cookies))

    def lead(self, model: PageModel, address: str, fields: Fields) -> Response[Any]:
        """To the page after a form, which finds these fields in `led`; what is too long for that is answered itself."""
        sealed = self.site.kept_forms.seal(fields, self._without_language(urlsplit(address).path), self._session)
        shown = f"{address}{'&' if '?' in address else '?'}{KEPT}=1"
        if cookie := self.site.kept_forms.cookie(sealed):
            return self.see(shown, cookies=[cookie])
        return self.render(model, public=False, again=_again(self._without_language(shown), sealed))

    def _here(self) -> str:
        """This page with its query, for the way back to it; empty of the first page, and of what a form led to."""
        if self._request.scope["method"] != "GET" or self.path in {"/", "/sign-in"}:
            return ""
        return self._at

    @property
    def _at(self) -> str:
        """This page with its query, without its language."""
        query = self._request.scope["query_string"].decode("latin-1")
        return self.path + (f"?{query}" if query else "")

    def _without_language(self, address: str) -> str:
        return address.removeprefix(f"/{self.language}")

    def _alternatives(self, at: str) -> tuple[Alternative, ...]:
        path = at.partition("?")[0]
        return tuple(
            Alternative(
                language=each,
                name=NAMES[each],
                direction="rtl" if each in RIGHT_TO_LEFT else "ltr",
                href=f"/{each}{at}",
                address=f"{self.site.url}/{each}{path}",
            )
            for each in LANGUAGES
        )


def _again(address: str, sealed: str) -> Again:
    return Again(at=f"{address}&{AGAIN}=1", sealed=sealed)


def provide_page(request: Request[Any, Any, Any], site: Injected[Site]) -> Page:
    """Provide `page`."""
    return Page(request, site, request.scope["route_handler"].opt[LANGUAGE])


def provide_csrf(session_id: Injected[SessionId], session_cookies: Injected[SessionCookies]) -> str:
    """Provide `csrf`: what the forms of a session have in a field."""
    return session_cookies.csrf_token(session_id)


def in_all_languages(handlers: Sequence[ControllerRouterHandler]) -> list[OwnRouter]:
    """The pages below `/en`, `/mn` and `/fa`."""
    return [
        OwnRouter(f"/{language}", route_handlers=handlers, opt={LANGUAGE: language, "hidden": True, **ANY_QUERY})
        for language in LANGUAGES
    ]
