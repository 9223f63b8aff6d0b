"""The API of these tests: an application serves one after the other, and each finds it as new."""

from tests.unit.entrypoints.api import PASSWORD, Api

DORJ = {"email": "dorj@example.com", "password": PASSWORD}
MOST = "login=2/60,login-anywhere=2/60,auth=2/60"


async def test_a_reused_application_keeps_no_state() -> None:
    async def first_answers() -> list[object]:
        api = Api({"BOOKING_RATE_LIMIT_QUOTAS": MOST})
        async with api.opened():
            joined = await api.post("/auth/register", json={**DORJ, "name": "Dorj", "role": "customer"})
            signed_in = [(await api.post("/auth/login", json=DORJ)).status_code for _ in range(3)]
        return [api.app, joined.status_code, signed_in]

    first, second = await first_answers(), await first_answers()
    assert first[0] is second[0]
    assert first[1:] == second[1:] == [201, [200, 429, 429]]
