"""The addresses of providers and salons: by slug, and redirected from ids and former names."""

from uuid import UUID

from tests.unit.entrypoints.api import Api

from booking_domain.shared.slugs import slug_of


async def test_a_provider_is_at_its_slug_and_former_addresses_lead_there(api: Api) -> None:
    token, provider_id = await api.open_provider(displayName="Өнөр Сарнай")
    first = (await api.get(f"/providers/{provider_id}")).json()["slug"]
    assert first == slug_of("Өнөр Сарнай", UUID(provider_id))
    assert first.startswith("unur-sarnai-")
    shown = await api.client.get(f"/fa/providers/{first}")
    assert shown.status_code == 200
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/fa/providers/{first}">' in shown.text
    of_id = await api.client.get(f"/fa/providers/{provider_id}")
    assert (of_id.status_code, of_id.headers["Location"]) == (301, f"/fa/providers/{first}")
    await api.put("/providers/me", token, json={"displayName": "Sarnai"})
    moved = await api.client.get(f"/fa/providers/{first}")
    assert (moved.status_code, moved.headers["Location"]) == (
        301,
        f"/fa/providers/{slug_of('Sarnai', UUID(provider_id))}",
    )
    for nobody in ("sarnai", "sarnai-00000000", "0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210"):
        assert (await api.client.get(f"/fa/providers/{nobody}")).status_code == 404, nobody


async def test_a_salon_is_at_its_slug_and_former_addresses_lead_there(api: Api) -> None:
    manager = await api.joined("manager")
    salon = (await api.post("/salons", manager, json={"name": "Гоо сайхан", "timeZone": "Asia/Ulaanbaatar"})).json()
    assert salon["slug"].startswith("goo-saikhan-")
    assert (await api.client.get(f"/mn/salons/{salon['slug']}")).status_code == 200
    for former in (salon["id"], slug_of("Before", UUID(salon["id"]))):
        moved = await api.client.get(f"/mn/salons/{former}")
        assert (moved.status_code, moved.headers["Location"]) == (301, f"/mn/salons/{salon['slug']}")
    assert (await api.client.get("/mn/salons/nothing")).status_code == 404
