"""`/loyalty/referral`: the caller's code with which they refer others, and who has referred them."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from litestar import Response, Router, post
from litestar.params import JSONBody
from msgspec import Meta

from booking_domain.loyalty.referrals import CODE_LENGTH, Referral
from booking_domain.use_cases.loyalty.referring import (
    EnterReferralCode,
    ReferralView,
    enter_referral_code,
    open_referral,
)
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run
from entrypoints.settings.main import Settings


class EnterReferralCodeBody(Body, frozen=True, kw_only=True):
    """Who has referred the caller."""

    referral_code: Annotated[str, Meta(min_length=CODE_LENGTH, max_length=CODE_LENGTH)]
    """The code of that user; capitals do not matter."""


class ReferralJson(Json, frozen=True, kw_only=True):
    """The caller's referral."""

    referral_code: str
    """With which others enter that the caller has referred them."""
    url: str | None = None
    """The page that enters the code, also after a sign-up; without a web app it is left out."""
    referred: bool
    """Whether somebody has referred the caller."""
    visits: int
    """How many users whom the caller has referred had their first visit in the last 30 days."""


class ExportedReferralJson(Json, frozen=True, kw_only=True):
    """The user's code, and when the first visit of a user who was referred was rewarded."""

    referral_code: str
    """With which others enter that the user has referred them."""
    referred: bool
    """Whether somebody has referred the user."""
    rewarded_at: Timestamp | None = None
    """When both got points for it."""
    created_at: Timestamp


ENTER: Final[dict[str, Any]] = {"referralCode": "7F3KQW2M"}
_shown: Final = projection(ReferralView, ReferralJson, referral_code="referral.referral_code", default={"url"})
_exported: Final = projection(
    Referral, ExportedReferralJson, referred=lambda referral: referral.referrer_id is not None
)


def _referral_json(settings: Settings) -> Callable[[ReferralView], ReferralJson]:
    def shown(view: ReferralView) -> ReferralJson:
        page = f"{settings.web_url}/refer/{view.referral.referral_code}" if settings.web_url else None
        return ReferralJson(**_shown.members(view), url=page)

    return shown


@post("/loyalty/referral", status_code=200, opt=documented(open_referral))
async def open_my_referral(run: Injected[Run], settings: Injected[Settings]) -> Response[ReferralJson]:
    """Return your code with which you refer others, and its link; it is made the first time, and never changes."""
    return await run(open_referral, None, answer=_referral_json(settings))


@post("/loyalty/referral/enter", status_code=200, opt=documented(enter_referral_code, body=ENTER))
async def enter_a_referral_code(
    data: JSONBody[EnterReferralCodeBody], run: Injected[Run], settings: Injected[Settings]
) -> Response[ReferralJson]:
    """Enter the code of who has referred you, once, before you book for the first time.

    After your first visit that is paid, both get the points that the loyalty programmes there give.
    """
    command = EnterReferralCode(referral_code=data.referral_code)
    return await run(enter_referral_code, command, answer=_referral_json(settings))


async def _exported_of(source: ExportSource) -> object:
    found = await source.reads.referrals.of_user(source.user.id)
    return None if found is None else _exported(found)


REFERRAL: Final = value(
    "referral", ExportedReferralJson | None, _exported_of, about="The user's code with which they refer others."
)
routes: Final = Router(
    "/",
    route_handlers=[open_my_referral, enter_a_referral_code],
    opt=about("loyalty", "Points that customers collect and spend.") | exporting(REFERRAL),
)
