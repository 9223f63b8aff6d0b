"""`/providers`: profiles of providers, their approval, and their slots."""

from dataclasses import replace
from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import (
    A_STEP,
    CANARY,
    PUBLIC,
    SIGNED_IN,
    Edit,
    Feature,
    Ids,
    Kind,
    Request,
    Row,
    World,
)

from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.workflows.ports import Repositories


async def provider(world: World, who: str) -> Ids:
    return {"provider_id": await world.provider_id(who)}


async def new_profile(api: Api) -> Request:
    return await api.joined("provider"), "/providers/me", {"displayName": "Another"}


async def profile(api: Api) -> Edit:
    token, _ = await api.open_provider()
    return Edit(token, "/providers/me", {"bio": "Cover-ups."}, "/providers/me", token, tag='"3"')


async def submission(api: Api) -> Edit:
    token = await api.joined("provider")
    await api.post("/providers/me", token, json={"displayName": "Studio"})
    return Edit(token, "/providers/me/submit", {}, "/providers/me", token, again=False)


async def decision(api: Api) -> Edit:
    edit = await submission(api)
    submitted = await api.post(edit.path, edit.token)
    path = f"/admin/providers/{submitted.json()['id']}/approve"
    tag = submitted.headers["ETag"]
    return Edit(await api.admin(), path, {"approved": True}, "/providers/me", edit.token, tag=tag, again=False)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    await tx.calendars.lock_provider_of(cast.owner.id)
    await tx.profiles.save(
        replace(
            cast.profile,
            display_name=f"{CANARY} ink",
            bio=f"bio of a {CANARY}",
            styles=(CANARY,),
            address=f"{CANARY} lane",
            review_note=f"note on a {CANARY}",
        ),
        was=cast.profile,
    )


PROVIDER: Final = Kind(provider, ("provider",))

FEATURE: Final = Feature(
    routes={
        "GET /providers/me": Row(SIGNED_IN, tagged=True),
        "POST /providers/me": Row(Permission.MANAGE_PROFILE, once=new_profile),
        "PUT /providers/me": Row(Permission.MANAGE_PROFILE, edit=profile),
        "POST /providers/me/submit": Row(Permission.MANAGE_PROFILE, keyless=A_STEP, edit=submission),
        "GET /providers": Row(PUBLIC),
        "GET /providers/{provider_id}": Row(PUBLIC, PROVIDER, tagged=True),
        "GET /providers/{provider_id}/slots": Row(PUBLIC, PROVIDER, query="from=2026-11-23&to=2026-11-24"),
        "GET /providers/{provider_id}/slots/explain": Row(PUBLIC, PROVIDER, query="slot=2026-11-23T10:00:00Z"),
        "GET /admin/providers": Row(Permission.DECIDE_ON_PROFILES),
        "PATCH /admin/providers/{provider_id}/approve": Row(
            Permission.DECIDE_ON_PROFILES, PROVIDER, example_refused=True, edit=decision
        ),
    },
    permissions="""
        profile.manage       provider:own live
        profile.decide       admin:any
    """,
    personal_data=personal_data,
)
