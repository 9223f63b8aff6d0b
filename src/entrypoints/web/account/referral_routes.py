"""`/refer/{code}`: the link of somebody who refers others. It leads through signing up, and enters the code."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from booking_domain.loyalty.referrals import ReferralRefused, ReferredAlready, UnknownReferralCode
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.loyalty.referring import EnterReferralCode, enter_referral_code
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.forms import FORM
from entrypoints.http.kit.injection import Injected
from entrypoints.languages.documents import Phrase
from entrypoints.web.account.points import PATH
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page

_LINK: Final = "/refer/{code:str}"


def referral_page(code: str, page: Page, *, csrf: str) -> FormPage:
    """Ask whether the owner of the code has brought who is signed in."""
    say = page.say
    return FormPage(
        title=say(Phrase("Somebody has invited you")),
        facts=(
            say(Phrase("After your first visit that is paid, both of you get points where they are given.")),
            say(Phrase("Whoever has invited you sees that somebody came, and not who.")),
        ),
        action=page.link(f"/refer/{quote(code, safe='')}"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("Accept the invitation")),
        links=((say(Phrase("No")), page.link("/")),),
    )


@get(_LINK)
async def show_referral(code: FromPath[str], page: Injected[Page], csrf: Injected[str]) -> Response[Any]:
    """Show what the link is for; who is not signed in comes here afterwards."""
    return page.render(referral_page(code, page, csrf=csrf), public=False)


@post(_LINK, status_code=303, opt=FORM)
async def enter(
    code: FromPath[str],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Enter the code."""
    try:
        command = EnterReferralCode(referral_code=code)
        await executor.run(enter_referral_code, command, actor=actor, session_id=session_id)
    except (UnknownReferralCode, ReferralRefused, ReferredAlready) as error:
        return page.refuse(referral_page(code, page, csrf=csrf).failed(error, page), error, at=page.path)
    return page.see(page.link(PATH, done="referred"))


handlers: Final = (show_referral, enter)
