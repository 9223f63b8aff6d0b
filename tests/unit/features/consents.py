"""Consents: customers let a provider place bookings for them."""

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import IDENTITIES, Feature, Ids, Kind, Request, Row, World

from booking_domain.bookings.consents import BookingConsent, ConsentCode, ConsentId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def consent(world: World, who: str) -> Ids:
    """A consent of theirs, named by its provider."""
    provider = "studio" if who in IDENTITIES else "clinic"
    provider_id, owner, customer = (
        await world.provider_id(provider),
        await world.token(provider),
        await world.token(who),
    )
    assert owner is not None
    assert customer is not None
    await world.api.consented(customer, owner)
    return {"provider_id": provider_id}


async def new_consent(api: Api) -> Request:
    owner, provider_id = await api.open_provider()
    code = (await api.post("/providers/me/consent-code", owner)).json()["code"]
    return await api.joined("customer"), "/users/me/booking-consents", {"providerId": provider_id, "code": code}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    consent_id = ConsentId(make.entropy.new_id())
    await tx.booking_consents.save(
        BookingConsent(
            id=consent_id,
            provider_id=cast.profile.id,
            customer_id=cast.customer.id,
            changed_at=NOW,
            created_at=NOW,
        )
    )
    await tx.booking_consents.save_code(ConsentCode.make(cast.profile.id, entropy=make.entropy, now=NOW))


FEATURE = Feature(
    routes={
        "POST /providers/me/consent-code": Row(Permission.ASK_FOR_CONSENT),
        "GET /providers/me/consent-code": Row(Permission.ASK_FOR_CONSENT),
        "DELETE /providers/me/consent-code": Row(Permission.ASK_FOR_CONSENT),
        "GET /providers/me/booking-consents": Row(Permission.ASK_FOR_CONSENT),
        "POST /users/me/booking-consents": Row(
            Permission.GIVE_CONSENT, by_secret=True, example_refused=True, once=new_consent
        ),
        "GET /users/me/booking-consents": Row(Permission.GIVE_CONSENT),
        "DELETE /users/me/booking-consents/{provider_id}": Row(
            Permission.GIVE_CONSENT, Kind(consent, ("customer", "provider", "manager"))
        ),
    },
    permissions="""
        consent.ask          provider:own
        consent.give         customer:own provider:own manager:own
    """,
    events={"consent.granted": {"consentId"}, "consent.revoked": {"consentId"}},
    personal_data=personal_data,
)
