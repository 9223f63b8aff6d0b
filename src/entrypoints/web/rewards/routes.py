"""`/account/rewards`: what a provider or a salon gives its customers, and whose turn it is in a salon."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec.json import encode

from booking_domain.bookings.promotion_ports import PromotionFilter
from booking_domain.bookings.promotions import PromotionCodeTaken
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import SalonNotFound
from booking_domain.loyalty.ports import LoyaltyProgrammeFilter
from booking_domain.packages.ports import PackageOfferFilter
from booking_domain.plans.model import PlanOfferId
from booking_domain.plans.ports import PlanOfferFilter
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError, InvalidValue, required
from booking_domain.shared.executor import Executor, UseCase
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.ids import SalonId, SessionId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.use_cases.bookings.promotions import (
    StartPromotion,
    end_promotion,
    list_promotions,
    start_promotion,
)
from booking_domain.use_cases.catalogue.queries import get_own_provider
from booking_domain.use_cases.catalogue.salon_queries import list_own_salons
from booking_domain.use_cases.catalogue.salons import SetTurn, set_member_turn
from booking_domain.use_cases.loyalty.programmes import (
    StartLoyaltyProgramme,
    end_loyalty_programme,
    list_loyalty_programmes,
    start_loyalty_programme,
)
from booking_domain.use_cases.packages.offers import (
    OfferPackage,
    end_package_offer,
    list_package_offers,
    offer_package,
)
from booking_domain.use_cases.plans.offers import (
    ChangePlanPrice,
    OfferPlan,
    change_plan_price,
    end_plan_offer,
    list_plan_offers,
    offer_plan,
)
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.platform.views import ManagedSalon
from entrypoints.http.kit.forms import FORM, TOKEN, form_of, form_of_many
from entrypoints.http.kit.injection import Injected
from entrypoints.languages.documents import Phrase
from entrypoints.settings.main import Settings
from entrypoints.web.kit.forms import ADD, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import id_of
from entrypoints.web.packages.offers import names_of
from entrypoints.web.rewards.fields import PRICE, amount
from entrypoints.web.rewards.programmes import MOST_PROGRAMME_FIELDS, first_field
from entrypoints.web.rewards.promotions import CODE
from entrypoints.web.rewards.rewards import (
    PATH,
    SALON,
    Kind,
    Place,
    Reward,
    Running,
    end_page,
    rewards_of,
    rewards_page,
    runs,
    without_place,
)
from entrypoints.web.rewards.starting import ONCE, Start, price_page, start_of, start_page
from entrypoints.web.rewards.turns import MOST_TURN_FIELDS, path_of, turns_in, turns_page

_MOST: Final = 100
"""Of each kind that the page shows."""


_STARTS: Final[Mapping[type[Start], UseCase[Any, Repositories, Any]]] = {
    StartPromotion: start_promotion,
    StartLoyaltyProgramme: start_loyalty_programme,
    OfferPackage: offer_package,
    OfferPlan: offer_plan,
}
_ENDS: Final[Mapping[Kind, UseCase[Any, Repositories, Any]]] = {
    Kind.PROMOTION: end_promotion,
    Kind.POINTS: end_loyalty_programme,
    Kind.PACKAGE: end_package_offer,
    Kind.PLAN: end_plan_offer,
}


class RewardDesk:
    """Reads what who is signed in gives their customers, and changes it."""

    def __init__(
        self,
        actor: Actor,
        session_id: SessionId,
        reads: Reads,
        *,
        executor: Executor[Repositories],
        clock: Clock,
        settings: Settings,
    ) -> None:
        self.actor = actor
        self._session_id = session_id
        self._reads = reads
        self._executor = executor
        self._clock = clock
        self._settings = settings

    async def places(self) -> list[Place]:
        """The profile of a provider, or the salons of a manager.

        Raises:
            NotPermitted: they are neither.
            ProfileMissing: they have no profile yet.
        """
        authorise(self.actor, Permission.RUN_PROMOTIONS)
        if self.actor.role is Role.MANAGER:
            return [await self._of_salon(each) for each in await list_own_salons(self.actor, self._reads.salons)]
        view = await get_own_provider(self.actor, self._reads)
        profile = view.profile
        return [
            Place(
                name=profile.display_name,
                currency=view.terms.price.currency,
                zone=view.time_zone,
                services=names_of(await self._reads.services.of_provider(profile.id)),
                provider_id=profile.id,
            )
        ]

    async def place(self, salon: str) -> Place:
        """One of them, by the id of the salon; empty: the profile.

        Raises:
            SalonNotFound: they manage no such salon.
        """
        wanted = id_of(salon) if salon else None
        return required(next((each for each in await self.places() if each.salon_id == wanted), None), SalonNotFound)

    async def salon(self, salon_id: SalonId) -> ManagedSalon:
        """A salon with its members.

        Raises:
            SalonNotFound: they manage no such salon.
        """
        found = await list_own_salons(self.actor, self._reads.salons)
        return required(next((each for each in found if each.salon.id == salon_id), None), SalonNotFound)

    async def running(self, place: Place) -> Running:
        """What the place gives now."""
        actor, reads, now = self.actor, self._reads, self._clock.now()
        promotions = await list_promotions(actor, PromotionFilter(limit=_MOST), reads)
        programmes = await list_loyalty_programmes(actor, LoyaltyProgrammeFilter(limit=_MOST), reads)
        packages = await list_package_offers(actor, PackageOfferFilter(limit=_MOST), reads)
        plans = await list_plan_offers(actor, PlanOfferFilter(limit=_MOST), reads)
        salon_id = place.salon_id
        return Running(
            promotions=[
                each for each in promotions if each.promotion.salon_id == salon_id and runs(each.promotion, now)
            ],
            programmes=[each for each in programmes if each.salon_id == salon_id and each.ended_at is None],
            packages=[each for each in packages if each.salon_id == salon_id and each.ended_at is None],
            plans=[each for each in plans if each.salon_id == salon_id and each.ended_at is None],
        )

    async def reward(self, kind: Kind, named: str, page: Page) -> tuple[Place, Reward | None]:
        """The place that the address of the page names, and one of what it gives; None: that has ended.

        Raises:
            SalonNotFound: they manage no such salon.
        """
        place = await self.place(page.asked(SALON))
        found = rewards_of(await self.running(place), place, page)[kind]
        return place, next((each for each in found if each.id == id_of(named)), None)

    async def start(self, command: Start, once: str) -> None:
        """Start it; a form that is sent twice, which has the same `once`, starts it once.

        Raises:
            DomainError: it cannot be as it was typed.
        """
        sent = sha256(encode([once, command]))
        key = IdempotencyKey(caller=self.actor.id, key=sent.hexdigest(), fingerprint=sent.digest())
        await self._executor.run_once(
            _STARTS[type(command)],
            command,
            actor=self.actor,
            key=key,
            answer=lambda _: b"",
            session_id=self._session_id,
        )

    async def end(self, kind: Kind, reward: Reward) -> None:
        """End it."""
        await self._executor.run(_ENDS[kind], reward.id, actor=self.actor, session_id=self._session_id)

    async def reprice(self, reward: Reward, price_amount: int) -> None:
        """Ask another price for a plan, in minor units.

        Raises:
            InvalidValue: it is zero.
        """
        command = ChangePlanPrice(offer_id=PlanOfferId(reward.id), price_amount=price_amount)
        await self._executor.run(change_plan_price, command, actor=self.actor, session_id=self._session_id)

    async def turn(self, command: SetTurn) -> None:
        """Set the turn of a member."""
        await self._executor.run(set_member_turn, command, actor=self.actor, session_id=self._session_id)

    async def _of_salon(self, managed: ManagedSalon) -> Place:
        members = await self._reads.providers.of_all([each.provider_id for each in managed.members])
        currencies = (each.terms.price.currency for each in members)
        return Place(
            name=managed.salon.name,
            currency=next(currencies, self._settings.default_currency),
            zone=managed.salon.time_zone,
            services=names_of(await self._reads.services.of_salon(managed.salon.id)),
            salon_id=managed.salon.id,
        )


def provide_rewards(  # noqa: PLR0917 - by name
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    settings: Injected[Settings],
) -> RewardDesk:
    """Provide `rewards`."""
    return RewardDesk(actor, session_id, reads, executor=executor, clock=clock, settings=settings)


@get(PATH)
async def show_rewards(page: Injected[Page], rewards: Injected[RewardDesk]) -> Response[Any]:
    """What one's profile gives; managers are led to their first salon."""
    try:
        places = await rewards.places()
    except ProfileMissing:
        return page.render(without_place(page, Phrase("You have no profile yet")), public=False)
    if not places:
        return page.render(without_place(page, Phrase("You have no salon yet")), public=False)
    first = places[0]
    if first.salon_id is not None:
        return page.see(page.link(first.path))
    return page.render(rewards_page(await rewards.running(first), first, places, page), public=False)


@get(f"{PATH}/{{salon_id:str}}")
async def show_rewards_of_salon(
    salon_id: FromPath[SalonId], page: Injected[Page], rewards: Injected[RewardDesk]
) -> Response[Any]:
    """What a salon gives."""
    places = await rewards.places()
    place = required(next((each for each in places if each.salon_id == salon_id), None), SalonNotFound)
    turns = page.link(f"{place.path}/turns")
    return page.render(rewards_page(await rewards.running(place), place, places, page, turns=turns), public=False)


@get(f"{PATH}/{{salon_id:str}}/turns")
async def show_turns(
    salon_id: FromPath[SalonId], page: Injected[Page], rewards: Injected[RewardDesk], csrf: Injected[str]
) -> Response[Any]:
    """Whose turn it is when anybody is booked."""
    managed = await rewards.salon(salon_id)
    return page.render(turns_page(managed, page, csrf=csrf, done=page.asked("done") == "saved"), public=False)


@post(f"{PATH}/{{salon_id:str}}/turns", status_code=303, opt=form_of_many(MOST_TURN_FIELDS))
async def save_turns(
    salon_id: FromPath[SalonId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    rewards: Injected[RewardDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Save them."""
    form, managed = form_of(request), await rewards.salon(salon_id)
    try:
        for provider_id, turn in list(turns_in(form, managed)):
            await rewards.turn(SetTurn(salon_id=salon_id, provider_id=provider_id, turn=turn))
    except DomainError as error:
        shown = turns_page(managed, page, csrf=csrf, done=False, form=form)
        return page.refuse(shown.failed(error, page), error, at=page.path)
    return page.see(page.link(path_of(managed), done="saved"))


@get(f"{PATH}/new/{{kind:str}}")
async def show_start(
    kind: FromPath[str], page: Injected[Page], rewards: Injected[RewardDesk], csrf: Injected[str]
) -> Response[Any]:
    """What is to be given."""
    place = await rewards.place(page.asked(SALON))
    typed = page.led or page.refused
    return page.render(start_page(_kind(kind), place, typed, page, csrf=csrf), public=False)


@post(f"{PATH}/new/{{kind:str}}", status_code=303, opt=form_of_many(MOST_PROGRAMME_FIELDS))
async def start(
    kind: FromPath[str],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    rewards: Injected[RewardDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Give it from now on."""
    form = form_of(request)
    found, place = _kind(kind), await rewards.place(said(form, SALON))
    if said(form, ADD):
        address = page.link(f"{PATH}/new/{found.value}", **place.query)
        typed = {name: texts for name, texts in form.items() if name not in {TOKEN, ADD}}
        return page.lead(start_page(found, place, form, page, csrf=csrf), address, typed)
    try:
        await rewards.start(start_of(found, place, form), said(form, ONCE))
    except DomainError as error:
        shown = start_page(found, place, form, page, csrf=csrf)
        return page.refuse(shown.failed(error, page, field=_field_of(error)), error, at=page.path)
    return page.see(page.link(place.path, done="started"))


@get(f"{PATH}/{{kind:str}}/{{thing_id:str}}/price")
async def show_price(
    kind: FromPath[str],
    thing_id: FromPath[str],
    page: Injected[Page],
    *,
    rewards: Injected[RewardDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """The price of a plan."""
    place, reward = await rewards.reward(_kind(kind), thing_id, page)
    if reward is None or not reward.reprice:
        return page.see(page.link(place.path))
    return page.render(price_page(reward, place, {}, page, csrf=csrf), public=False)


@post(f"{PATH}/{{kind:str}}/{{thing_id:str}}/price", status_code=303, opt=FORM)
async def save_price(
    kind: FromPath[str],
    thing_id: FromPath[str],
    request: Request[Any, Any, Any],
    *,
    page: Injected[Page],
    rewards: Injected[RewardDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Change it. It may be repeated."""
    form = form_of(request)
    place, reward = await rewards.reward(_kind(kind), thing_id, page)
    if reward is None or not reward.reprice:
        return page.see(page.link(place.path))
    try:
        await rewards.reprice(reward, amount(form, PRICE, place) or 0)
    except DomainError as error:
        shown = price_page(reward, place, form, page, csrf=csrf)
        return page.refuse(shown.failed(error, page, field=_field_of(error)), error, at=page.path)
    return page.see(page.link(place.path, done="repriced"))


@get(f"{PATH}/{{kind:str}}/{{thing_id:str}}/end")
async def show_end(
    kind: FromPath[str],
    thing_id: FromPath[str],
    page: Injected[Page],
    *,
    rewards: Injected[RewardDesk],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask whether it ends."""
    place, reward = await rewards.reward(_kind(kind), thing_id, page)
    if reward is None:
        return page.see(page.link(place.path))
    return page.render(end_page(_kind(kind), reward, place, page, csrf=csrf), public=False)


@post(f"{PATH}/{{kind:str}}/{{thing_id:str}}/end", status_code=303, opt=FORM)
async def end(
    kind: FromPath[str], thing_id: FromPath[str], page: Injected[Page], *, rewards: Injected[RewardDesk]
) -> Response[Any]:
    """End it. It may be repeated."""
    place, reward = await rewards.reward(_kind(kind), thing_id, page)
    if reward is not None:
        await rewards.end(_kind(kind), reward)
    return page.see(page.link(place.path, done="ended"))


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise NotFoundException from None


def _field_of(error: DomainError) -> str:
    """The field that an error is about."""
    if isinstance(error, PromotionCodeTaken):
        return CODE
    return first_field(str(error.parameters["field"])) if isinstance(error, InvalidValue) else ""


handlers: Final = (
    show_rewards,
    show_rewards_of_salon,
    show_turns,
    save_turns,
    show_start,
    start,
    show_price,
    save_price,
    show_end,
    end,
)
