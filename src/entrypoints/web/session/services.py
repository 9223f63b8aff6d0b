"""Signing in with Google or Apple: the buttons, what the browser keeps meanwhile, and the page to which one returns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec
from litestar.datastructures import Cookie

from booking_domain.identity.external_identities import IdentityProvider, OpenIdReturn, OpenIdStart
from booking_domain.identity.legal import LegalDocuments
from entrypoints.http.kit.forms import Form
from entrypoints.http.kit.pages import marked, unmarked
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, Way, hidden, said
from entrypoints.web.kit.legal import checks_of, current_documents, links_of
from entrypoints.web.kit.pages import Page

BEGIN: Final = "/sign-in/service"
RETURNED: Final = "/sign-in/returned"
SERVICE: Final = "service"
FLOW_COOKIE: Final = "__Host-sign-in"
NAMES: Final = {
    IdentityProvider.GOOGLE: Phrase("Google"),
    IdentityProvider.APPLE: Phrase("Apple"),
    IdentityProvider.TELEGRAM: Phrase("Telegram"),
}
_ANSWER: Final = ("code", "state", "iss", "user")
"""What a service sends with the person."""
_WITH: Final = Phrase("Continue with {service}")
_FACTOR: Final = "second_factor"
_NEXT: Final = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """A sign-in that has begun: what the browser keeps in a cookie until the person is back from the service."""

    service: IdentityProvider
    flow: str
    next: str = ""
    """Where the person goes on to, without its language."""
    link: bool = False
    """Whether the service is to be linked to the account of who is signed in."""
    factor: str = ""
    """Empty: no second factor is asked for; else what is wrong with the one that was given, or a space."""
    accepted: tuple[str, ...] = ()

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> Self | None:
        """What the browser has kept."""
        kept = parse_qs(cookies.get(FLOW_COOKIE, ""), keep_blank_values=True)
        one = {name: values[0] for name, values in kept.items()}
        try:
            return cls(
                service=IdentityProvider(one["service"]),
                flow=one["flow"],
                next=one.get("next", ""),
                link="link" in one,
                factor=one.get("factor", ""),
                accepted=tuple(kept.get("accepted", ())),
            )
        except (KeyError, ValueError):
            return None

    def cookie(self, start: OpenIdStart) -> Cookie:
        """The cookie of a flow. It comes back with the person, from another site, so it is `Lax`."""
        kept = {"service": self.service.value, "flow": start.flow, "next": self.next, "factor": self.factor}
        more: dict[str, Any] = {"accepted": self.accepted} | ({"link": "1"} if self.link else {})
        return _cookie(urlencode(kept | more, doseq=True), start.expires_in)

    def back(self, form: Form) -> OpenIdReturn:
        """What the person brings back."""
        return OpenIdReturn(
            provider=self.service,
            code=said(form, "code"),
            state=unmarked(said(form, "state"))[1],
            issuer=said(form, "iss") or None,
            flow=self.flow,
            name=_name_in(said(form, "user")),
        )


def _cookie(value: str, age: int) -> Cookie:
    return Cookie(key=FLOW_COOKIE, value=value, max_age=age, secure=True, httponly=True, samesite="lax")


OVER: Final = _cookie("", 0)
"""Removes the cookie."""


class _AppleName(msgspec.Struct):
    firstName: str = ""  # noqa: N815 - as Apple names it
    lastName: str = ""  # noqa: N815


class _AppleUser(msgspec.Struct):
    name: _AppleName


def _name_in(user: str) -> str | None:
    """The name that Apple tells with the first sign-in."""
    try:
        name = msgspec.json.decode(user, type=_AppleUser).name
    except msgspec.MsgspecError:
        return None
    return f"{name.firstName} {name.lastName}".strip() or None


def address_of(start: OpenIdStart, page: Page) -> str:
    """Where the person signs in; the state says that they return to a page, and in which language."""
    url = urlsplit(start.authorization_url)
    query = {name: marked(value, page.language) if name == "state" else value for name, value in parse_qsl(url.query)}
    return url._replace(query=urlencode(query)).geturl()


def service_ways(path: str, page: Page, *, action: str = BEGIN, csrf: Sequence[Field] = ()) -> tuple[Way, ...]:
    """A button for each service that the platform has."""
    return tuple(
        Way(
            text=page.say(_WITH, service=page.say(NAMES[each])),
            action=page.link(action),
            fields=(hidden(SERVICE, each.value), hidden(_NEXT, path), *csrf),
        )
        for each in page.site.services
    )


def returned_page(began: Began, page: Page) -> FormPage:
    """Who is back sends the form, by a script at once, unless the second factor is to be typed."""
    say, service = page.say, page.say(NAMES[began.service])
    factor = Field(
        name=_FACTOR,
        label=say(Phrase("Code of your authenticator app")),
        autocomplete="one-time-code",
        required=True,
        error=began.factor.strip(),
    )
    return FormPage(
        title=say(Phrase("Sign in")),
        lead=say(Phrase("{service} knows you. Your account here asks for its second factor, too."), service=service)
        if began.factor
        else say(Phrase("{service} knows you. One more step, and you are signed in."), service=service),
        module="" if began.factor else "onward",
        action=page.link(RETURNED),
        fields=(*answer_fields(page), *((factor,) if began.factor else ())),
        button=say(Phrase("Sign in")) if began.factor else say(Phrase("Continue")),
    )


def answer_fields(page: Page, form: Form | None = None) -> tuple[Field, ...]:
    """What the service has sent, in the address or in a form, as fields that nobody sees."""
    given = {name: page.asked(name) if form is None else said(form, name) for name in _ANSWER}
    return tuple(hidden(name, value) for name, value in given.items() if value)


def accepting_page(began: Began, page: Page, documents: LegalDocuments, *, accepted: Collection[str]) -> FormPage:
    """What somebody new accepts; then they go to the service once more, whose answer is good once."""
    say, current = page.say, current_documents(documents)
    return FormPage(
        title=say(Phrase("Welcome")),
        lead=say(Phrase("You are new here. Read and accept this, and your account is ready.")),
        action=page.link(BEGIN),
        fields=(
            hidden(SERVICE, began.service.value),
            hidden(_NEXT, began.next),
            *checks_of(current, documents, page, accepted),
        ),
        button=say(_WITH, service=page.say(NAMES[began.service])),
        links=links_of(current, documents, page),
    )
