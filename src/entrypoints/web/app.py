"""The pages: one line for each area."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from litestar.types import ControllerRouterHandler

from booking_domain.files.model import ObjectKey
from booking_domain.identity.external_identities import IdentityProvider
from entrypoints.container import Container
from entrypoints.http.kit.injection import Dependency
from entrypoints.http.kit.pages import PAGE, Pages
from entrypoints.http.kit.registration import OwnRouter
from entrypoints.settings.main import Environment, Settings
from entrypoints.settings.openid import OpenIdSettings
from entrypoints.settings.payments import STRIPE
from entrypoints.web.account.routes import handlers as account
from entrypoints.web.booking.booker import provide_booker
from entrypoints.web.booking.routes import handlers as booking
from entrypoints.web.booking.you_routes import provide_joining
from entrypoints.web.bookings.desk import provide_desk
from entrypoints.web.bookings.routes import handlers as bookings
from entrypoints.web.disputes.routes import handlers as disputes
from entrypoints.web.disputes.routes import provide_dispute_desk
from entrypoints.web.errors.routes import problem_page
from entrypoints.web.gift_cards.routes import handlers as gift_cards
from entrypoints.web.home.routes import handlers as home
from entrypoints.web.ideas.routes import handlers as ideas
from entrypoints.web.join.routes import handlers as join
from entrypoints.web.join.routes import provide_invitations
from entrypoints.web.kit.assets import asset
from entrypoints.web.kit.kept import KeptForms
from entrypoints.web.kit.languages import without_language
from entrypoints.web.kit.link_pictures import LinkPictures
from entrypoints.web.kit.pages import Site, in_all_languages, provide_csrf, provide_page
from entrypoints.web.kit.policy import Cards, content_policy
from entrypoints.web.kit.uploads import provide_pictures
from entrypoints.web.links.routes import handlers as links
from entrypoints.web.notifications.routes import handlers as notifications
from entrypoints.web.notifications.routes import provide_devices
from entrypoints.web.offline.routes import handlers as offline
from entrypoints.web.offline.routes import manifest, worker
from entrypoints.web.orders.routes import handlers as orders
from entrypoints.web.orders.routes import provide_orders
from entrypoints.web.packages.routes import handlers as packages
from entrypoints.web.plans.desk import provide_plans
from entrypoints.web.plans.routes import handlers as plans
from entrypoints.web.providers.routes import handlers as providers
from entrypoints.web.rewards.routes import handlers as rewards
from entrypoints.web.rewards.routes import provide_rewards
from entrypoints.web.salons.routes import handlers as salons
from entrypoints.web.saved.routes import handlers as saved
from entrypoints.web.security.routes import handlers as security
from entrypoints.web.session.routes import handlers as session
from entrypoints.web.sitemap.routes import SiteMap
from entrypoints.web.sitemap.routes import handlers as sitemap
from entrypoints.web.statistics.routes import handlers as statistics
from entrypoints.web.styleguide.routes import handlers as styleguide
from entrypoints.web.waiting.routes import handlers as waiting

AREAS: Final[tuple[Sequence[ControllerRouterHandler], ...]] = (
    home,
    providers,
    salons,
    waiting,
    booking,
    bookings,
    disputes,
    ideas,
    gift_cards,
    packages,
    plans,
    orders,
    links,
    join,
    session,
    account,
    statistics,
    rewards,
    security,
    saved,
    notifications,
    offline,
)


def pages_of(container: Container) -> Pages:
    """The pages of an application; in development with the style guide."""
    settings = container.settings()
    areas = AREAS if settings.environment is Environment.PRODUCTION else (*AREAS, styleguide)
    handlers = [handler for area in areas for handler in area]

    site_map, pictures_of_links = SiteMap(), LinkPictures()

    def provide_site() -> Site:
        return site_of(container)

    def provide_site_map() -> SiteMap:
        return site_map

    def provide_link_pictures() -> LinkPictures:
        return pictures_of_links

    router = OwnRouter(
        "/",
        route_handlers=[*in_all_languages(handlers), *without_language(handlers), *sitemap, asset, worker, manifest],
        dependencies={
            "site": Dependency(provide_site),
            "site_map": Dependency(provide_site_map),
            "link_pictures": Dependency(provide_link_pictures),
            "page": Dependency(provide_page),
            "csrf": Dependency(provide_csrf),
            "desk": Dependency(provide_desk),
            "booker": Dependency(provide_booker),
            "joining": Dependency(provide_joining),
            "disputes": Dependency(provide_dispute_desk),
            "orders": Dependency(provide_orders),
            "plans": Dependency(provide_plans),
            "rewards": Dependency(provide_rewards),
            "devices": Dependency(provide_devices),
            "invitations": Dependency(provide_invitations),
            "pictures": Dependency(provide_pictures),
        },
        opt=PAGE,
    )
    return Pages([router], lambda request, problem, error: problem_page(request, problem, error, provide_site()))


def site_of(container: Container) -> Site:
    """What all pages share, from the settings."""
    settings = container.settings()
    storage, name = container.object_storage(), "images/0/320.webp"
    private = storage.download(ObjectKey(name=name, public=False), expires_in=storage.private_for)
    images = _origins((storage.public(ObjectKey(name=name, public=True)), private))
    services, cards = services_of(settings.openid), cards_of(settings)
    return Site(
        name=settings.brand.name,
        url=settings.public_url,
        policy=content_policy(images=images, services=_origins(services.values())),
        card_policy=content_policy(images=images, cards=cards),
        cards=cards,
        zone=settings.default_time_zone,
        kept_forms=container.keyed(partial(KeptForms, clock=container.clock()), "kept-forms"),
        services=tuple(services),
        bot=settings.telegram.bot_name,
    )


def cards_of(settings: Settings) -> Cards | None:
    """How Stripe takes cards; None: it is no gateway."""
    stripe = settings.stripe
    if not settings.takes(STRIPE) or not stripe.publishable_key:
        return None
    [origin], [api] = _origins((stripe.script,)), _origins((stripe.base_url,))
    return Cards(key=stripe.publishable_key, script=stripe.script, origin=origin, api=api, frames=stripe.frames)


def services_of(openid: OpenIdSettings) -> dict[IdentityProvider, str]:
    """The services with which people sign in, and their addresses."""
    known = {
        IdentityProvider.GOOGLE: (openid.google_client_id, openid.google_issuer),
        IdentityProvider.APPLE: (openid.apple_client_id, openid.apple_issuer),
    }
    return {service: issuer for service, (client_id, issuer) in known.items() if client_id}


def _origins(addresses: Iterable[str]) -> set[str]:
    return {f"{each.scheme}://{each.netloc}" for each in map(urlsplit, addresses)}
