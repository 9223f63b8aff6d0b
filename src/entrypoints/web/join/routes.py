"""`/join`: what a link shows without an account, and the invitations of who is signed in. GET accepts nothing."""

from contextlib import suppress
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath

from booking_domain.catalogue.invitation_links import InvalidInvitation
from booking_domain.catalogue.model import ProfileExists
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SalonId, SessionId
from booking_domain.use_cases.catalogue.invitations import accept_by_link
from booking_domain.use_cases.catalogue.profiles import ProfileChange, open_profile
from booking_domain.use_cases.catalogue.salon_queries import OpenInvitation, list_invitations, open_invitation
from booking_domain.use_cases.catalogue.salons import accept_invitation, decline_invitation
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID, PUBLIC
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.web.join.join import ACCEPTED, NAME, PROFILE, JoinPage, join_page, profile_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.zones import ZONE
from entrypoints.web.links.links import LINK, invitation_page, token_of
from entrypoints.web.session.sign_in import INVITATIONS

_COOKIE: Final = "__Host-invitation"
"""The token of the invitation that the browser has opened last."""
_KEPT_FOR: Final = 3_600


class JoinDesk:
    """Finds the invitations of who looks."""

    def __init__(
        self, request: Request[Any, Any, Any], reads: Reads, clock: Clock, session_cookies: SessionCookies
    ) -> None:
        self._request = request
        self._reads = reads
        self._clock = clock
        self._session_cookies = session_cookies

    @property
    def token(self) -> str:
        """The token of the link that was followed; empty without one."""
        return self._request.cookies.get(_COOKIE, "")

    async def shown(self, page: Page, error: DomainError | None = None) -> JoinPage:
        """The page."""
        actor: Actor | None = self._request.scope["user"]
        session_id: SessionId | None = self._request.scope["auth"]
        now = self._clock.now()
        linked: OpenInvitation | None = None
        if self.token:
            try:
                linked = await open_invitation(self.token, self._reads, now=now)
            except InvalidInvitation:
                linked = None
        provider = actor is not None and actor.role is Role.PROVIDER
        listed = await list_invitations(actor, self._reads.salons, now=now) if actor is not None and provider else ()
        profile = provider and actor is not None and await self._reads.providers.by_owner(actor.id) is not None
        csrf = "" if session_id is None else self._session_cookies.csrf_token(session_id)
        return join_page(linked, listed, page, actor=actor, profile=profile, csrf=csrf, error=error)

    async def zone(self, actor: Actor) -> tuple[str, str]:
        """The name and the time zone with which a profile begins; the zone of the salon whose link was followed."""
        user = await get_own_account(actor, self._reads.users)
        if self.token:
            with suppress(InvalidInvitation):
                found = await open_invitation(self.token, self._reads, now=self._clock.now())
                return user.name, found.salon.time_zone
        return user.name, user.time_zone


def provide_invitations(
    request: Request[Any, Any, Any],
    reads: Injected[Reads],
    clock: Injected[Clock],
    session_cookies: Injected[SessionCookies],
) -> JoinDesk:
    """Provide `invitations`."""
    return JoinDesk(request, reads, clock, session_cookies)


@get("/join", opt=PUBLIC)
async def show_link(page: Injected[Page]) -> Response[Any]:
    """The page of a link."""
    return page.render(invitation_page(page), public=False)


@post("/join", status_code=303, opt=PUBLIC | FORM | limited_as(AUTH))
async def follow(
    request: Request[Any, Any, Any], page: Injected[Page], *, reads: Injected[Reads], clock: Injected[Clock]
) -> Response[Any]:
    """Keep the link in a cookie, and lead to what it invites to."""
    typed = said(form_of(request), LINK)
    token = token_of(typed)
    try:
        await open_invitation(token, reads, now=clock.now())
    except InvalidInvitation as error:
        return page.refuse(invitation_page(page, typed=typed).failed(error, page, field=LINK), error, at=page.path)
    kept = Cookie(key=_COOKIE, value=token, max_age=_KEPT_FOR, secure=True, httponly=True, samesite="strict")
    return page.see(page.link(INVITATIONS), cookies=[kept])


@get(INVITATIONS, opt=IF_VALID)
async def show_invitations(page: Injected[Page], invitations: Injected[JoinDesk]) -> Response[Any]:
    """The invitations of who looks."""
    return page.render(await invitations.shown(page), public=False)


@get(PROFILE)
async def show_profile(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    invitations: Injected[JoinDesk],
    csrf: Injected[str],
    clock: Injected[Clock],
) -> Response[Any]:
    """What a member needs before accepting."""
    name, zone = await invitations.zone(actor)
    return page.render(profile_page(name, zone, page, csrf=csrf, now=clock.now()), public=False)


@post(PROFILE, status_code=303, opt=FORM)
async def save_profile(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
    clock: Injected[Clock],
) -> Response[Any]:
    """Open the profile, a draft as the API makes it. Who has one goes on."""
    form = form_of(request)
    name, zone = said(form, NAME), said(form, ZONE)
    try:
        command = ProfileChange(display_name=name, time_zone=zone)
        await executor.run(open_profile, command, actor=actor, session_id=session_id)
    except ProfileExists:
        pass
    except DomainError as error:
        field = str(next(iter(error.field_path), error.parameters.get("field", "")))
        again = profile_page(name, zone, page, csrf=csrf, now=clock.now())
        return page.refuse(again.failed(error, page, field=field), error, at=page.path)
    return page.see(page.link(INVITATIONS))


@post("/join/accept", status_code=303, opt=FORM)
async def accept_link(
    page: Injected[Page],
    *,
    invitations: Injected[JoinDesk],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Accept the invitation whose link was followed."""
    try:
        await executor.run(accept_by_link, invitations.token, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(await invitations.shown(page, error), error, at=INVITATIONS)
    over = Cookie(key=_COOKIE, value="", max_age=0, secure=True, httponly=True, samesite="strict")
    return page.see(page.link(INVITATIONS, done=ACCEPTED), cookies=[over])


@post("/join/{salon_id:str}/accept", status_code=303, opt=FORM)
async def accept(
    salon_id: FromPath[SalonId],
    page: Injected[Page],
    *,
    invitations: Injected[JoinDesk],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Accept an invitation to the profile or to a contact."""
    try:
        await executor.run(accept_invitation, salon_id, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(await invitations.shown(page, error), error, at=INVITATIONS)
    return page.see(page.link(INVITATIONS, done=ACCEPTED))


@post("/join/{salon_id:str}/decline", status_code=303, opt=FORM)
async def decline(
    salon_id: FromPath[SalonId],
    page: Injected[Page],
    *,
    invitations: Injected[JoinDesk],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Decline it."""
    try:
        await executor.run(decline_invitation, salon_id, actor=actor, session_id=session_id)
    except DomainError as error:
        return page.refuse(await invitations.shown(page, error), error, at=INVITATIONS)
    return page.see(page.link(INVITATIONS, done="declined"))


handlers: Final = (show_link, follow, show_invitations, show_profile, save_profile, accept_link, accept, decline)
