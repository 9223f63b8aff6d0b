"""`/providers`: profiles of providers, their approval, and their slots."""

from dataclasses import replace
from typing import Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import (
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

from booking_domain.catalogue.model import Accent, Profile, Suspension, SuspensionCause
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def provider(world: World, who: str) -> Ids:
    return {"provider_id": await world.provider_id(who)}


async def new_profile(api: Api) -> Request:
    return await api.joined("provider"), "/providers/me", {"displayName": "Another"}


async def profile(api: Api) -> Edit:
    token, _ = await api.open_provider()
    return Edit(token, "/providers/me", {"bio": "Cover-ups."}, "/providers/me", token, tag='"3"')


async def document(world: World, who: str) -> Ids:
    """A file of theirs that nothing uses."""
    token = await world.token(who)
    assert token is not None
    return {"file_id": await world.api.uploaded(token, "documents")}


async def documents(api: Api) -> Edit:
    token = (await submission(api)).token
    body = {"fileIds": [await api.uploaded(token, "documents")]}
    return Edit(token, "/providers/me/documents", body, "/providers/me", token, cached=False)


async def submission(api: Api) -> Edit:
    token = await api.joined("provider")
    await api.post("/providers/me", token, json={"displayName": "Studio"})
    await api.open_daily(token)
    return Edit(token, "/providers/me/submit", {}, "/providers/me", token, again=False, cached=False)


async def decision(api: Api) -> Edit:
    edit = await submission(api)
    submitted = await api.post(edit.path, edit.token)
    path = f"/admin/providers/{submitted.json()['id']}/approve"
    tag = submitted.headers["ETag"]
    return Edit(await api.admin(), path, {"approved": True}, "/providers/me", edit.token, tag=tag, again=False)


async def withdrawn_changes(api: Api) -> Edit:
    token, _ = await api.open_provider()
    changed = await api.put("/providers/me", token, json={"displayName": "Another"})
    path, tag = "/providers/me/changes/withdraw", changed.headers["ETag"]
    return Edit(token, path, {}, "/providers/me", token, tag=tag, again=False)


async def decision_on_changes(api: Api) -> Edit:
    edit = await withdrawn_changes(api)
    profile = (await api.get("/providers/me", edit.token)).json()
    path = f"/admin/providers/{profile['id']}/changes"
    return Edit(await api.admin(), path, {"approved": True}, "/providers/me", edit.token, tag=edit.tag, again=False)


async def withdrawal(api: Api) -> Edit:
    token, _ = await api.open_provider()
    return Edit(token, "/providers/me/withdraw", {}, "/providers/me", token, tag='"3"', again=False)


async def republication(api: Api) -> Edit:
    token, _ = await api.open_provider()
    await api.post("/providers/me/withdraw", token)
    return Edit(token, "/providers/me/republish", {}, "/providers/me", token, tag='"4"', again=False)


async def suspension(api: Api) -> Edit:
    _, provider_id = await api.open_provider()
    path = f"/admin/providers/{provider_id}"
    admin = await api.admin()
    return Edit(admin, f"{path}/suspend", {"reason": "Why"}, path, admin, tag='"3"', again=False)


async def reinstatement(api: Api) -> Edit:
    edit = await suspension(api)
    await api.post(edit.path, edit.token, json=edit.body)
    path = edit.path.replace("suspend", "reinstate")
    return Edit(edit.token, path, {}, edit.seen_at, edit.viewer, tag='"4"', again=False)


async def correction(api: Api) -> Edit:
    edit = await suspension(api)
    path = edit.path.removesuffix("/suspend")
    return Edit(edit.token, path, {"bio": "Corrected."}, path, edit.viewer, tag='"3"')


async def booked_provider(world: World, who: str) -> Ids:
    """A provider, and a booking to come."""
    provider_id = await world.provider_id(who)
    world.minutes += 1
    slot = f"2026-12-{1 + world.minutes % 28:02}T10:00:00+08:00"  # no other feature, and no example, has these times
    made = await world.done("POST", "/bookings", "customer", providerId=provider_id, slot=slot)
    return {"provider_id": provider_id, "booking_id": made["id"]}


async def verdict(api: Api) -> Request:
    owner, provider_id = await api.open_provider()
    booking = await api.booked(owner, provider_id)
    body = {"bookingIds": [booking["id"]], "verdict": "cancel"}
    return await api.admin(), f"/admin/providers/{provider_id}/bookings/decide", body


async def removable(world: World, who: str) -> Ids:
    """A profile that nothing else uses."""
    token = await world.api.joined("provider")
    made = await world.api.post("/providers/me", token, json={"displayName": f"Another than that of {who}"})
    return {"provider_id": made.json()["id"]}


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
            suspension=Suspension(cause=SuspensionCause.DECISION, reason=f"what a {CANARY} did", since=NOW),
        ),
        was=cast.profile,
    )


PROVIDER: Final = Kind(provider, ("provider",))

FEATURE: Final = Feature(
    routes={
        "GET /providers/me": Row(SIGNED_IN, tagged=True),
        "POST /providers/me": Row(Permission.MANAGE_PROFILE, once=new_profile),
        "PUT /providers/me": Row(Permission.MANAGE_PROFILE, edit=profile),
        "POST /providers/me/changes/withdraw": Row(
            Permission.MANAGE_PROFILE, example_refused=True, edit=withdrawn_changes
        ),
        "PUT /providers/me/documents": Row(Permission.MANAGE_PROFILE, Kind(document, ("provider",)), edit=documents),
        "POST /providers/me/submit": Row(Permission.MANAGE_PROFILE, edit=submission),
        "POST /providers/me/withdraw": Row(Permission.MANAGE_PROFILE, edit=withdrawal),
        "POST /providers/me/republish": Row(Permission.MANAGE_PROFILE, edit=republication),
        "DELETE /providers/me": Row(Permission.MANAGE_PROFILE),
        "GET /providers": Row(PUBLIC, tagged=True),
        "GET /providers/{provider_id}": Row(PUBLIC, PROVIDER, tagged=True),
        "GET /providers/{provider_id}/page": Row(PUBLIC, PROVIDER, tagged=True),
        "GET /providers/{provider_id}/days": Row(PUBLIC, PROVIDER, query="from=2026-11-23&to=2026-11-24", tagged=True),
        "GET /providers/{provider_id}/slots": Row(PUBLIC, PROVIDER, query="from=2026-11-23&to=2026-11-24", tagged=True),
        "GET /providers/{provider_id}/slots/explain": Row(PUBLIC, PROVIDER, query="slot=2026-11-23T10:00:00Z"),
        "GET /admin/providers": Row(Permission.DECIDE_ON_PROFILES),
        "PATCH /admin/providers/{provider_id}/approve": Row(
            Permission.DECIDE_ON_PROFILES, PROVIDER, example_refused=True, edit=decision
        ),
        "POST /admin/providers/{provider_id}/changes": Row(
            Permission.DECIDE_ON_PROFILES, PROVIDER, example_refused=True, edit=decision_on_changes
        ),
        "GET /admin/providers/{provider_id}": Row(Permission.DECIDE_ON_PROFILES, PROVIDER, tagged=True),
        "PATCH /admin/providers/{provider_id}": Row(Permission.MODERATE_PROFILES, PROVIDER, edit=correction),
        "POST /admin/providers/{provider_id}/suspend": Row(Permission.MODERATE_PROFILES, PROVIDER, edit=suspension),
        "POST /admin/providers/{provider_id}/reinstate": Row(
            Permission.MODERATE_PROFILES, PROVIDER, edit=reinstatement
        ),
        "GET /admin/providers/{provider_id}/bookings": Row(Permission.MODERATE_PROFILES, PROVIDER),
        "POST /admin/providers/{provider_id}/bookings/decide": Row(
            Permission.MODERATE_PROFILES, Kind(booked_provider, ("provider",)), once=verdict
        ),
        "DELETE /admin/providers/{provider_id}": Row(Permission.MODERATE_PROFILES, Kind(removable, ("provider",))),
    },
    permissions="""
        profile.manage       provider:own
        profile.decide       admin:any
        profile.moderate     admin:any
    """,
    events={
        f"provider.{past}": {"providerId"}
        for past in ("submitted", "approved", "rejected", "suspended", "reinstated", "corrected", "deleted")
    }
    | {f"provider.changes_{past}": {"providerId"} for past in ("asked", "approved", "rejected")},
    samples={
        (Profile, "languages"): st.sampled_from([(), ("mn", "en")]),
        (Profile, "accent"): st.sampled_from(Accent),
        (Profile, "instagram"): st.sampled_from(["", "studio.nomad"]),
    },
    personal_data=personal_data,
)
