"""A user with a second factor and an authenticator app."""

from dataclasses import dataclass, field
from typing import Any, Final

from tests.unit.entrypoints.api import PASSWORD, Api

from booking_domain.identity.second_factor import STEP
from booking_domain.testing.memory import MemoryTimeCodes

APP: Final = MemoryTimeCodes()


@dataclass
class Member:
    """An account, the tokens of one session of it, and its second factor."""

    api: Api
    email: str
    signed_in: dict[str, Any]
    secret: str = ""
    recovery_codes: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        return str(self.signed_in["accessToken"])

    def code(self) -> str:
        """The next code that the app shows: no code is accepted twice."""
        self.api.clock.advance(STEP)
        return APP.code(self.secret, self.api.clock.now())

    def wrong(self, by: int = 1) -> str:
        """A code that is wrong in the previous, present and next time step."""
        now = self.api.clock.now()
        near = {APP.code(self.secret, now + step * STEP) for step in range(-2, 3)}
        start = int(APP.code(self.secret, now))
        wrong = (f"{(start + number) % 1_000_000:06}" for number in range(1, 1_000))
        return [code for code in wrong if code not in near][by - 1]

    async def log_in(self, second_factor: str | None = None, **more: Any) -> Any:
        body = {"email": self.email, "password": PASSWORD, **more}
        return await self.api.post(
            "/auth/login", json=body if second_factor is None else {**body, "secondFactor": second_factor}
        )

    async def refresh(self) -> Any:
        answer = await self.api.post("/auth/refresh", json={"refreshToken": self.signed_in["refreshToken"]})
        if answer.status_code == 200:
            self.signed_in = answer.json()
        return answer

    async def ask(self, **body: Any) -> Any:
        return await self.api.post("/auth/mfa/totp", self.token, json={"currentPassword": PASSWORD, **body})

    async def confirm(self, code: str) -> Any:
        return await self.api.post("/auth/mfa/totp/confirm", self.token, json={"code": code})

    async def remove(self, code: str) -> Any:
        return await self.api.call("DELETE", "/auth/mfa/totp", self.token, json={"code": code})

    async def renew(self, code: str) -> Any:
        return await self.api.post("/auth/mfa/recovery-codes", self.token, json={"code": code})

    async def set_up(self, **body: Any) -> None:
        """The user with a confirmed factor."""
        asked = await self.ask(**body)
        assert asked.status_code == 200, asked.text
        self.secret = asked.json()["secret"]
        confirmed = await self.confirm(self.code())
        assert confirmed.status_code == 200, confirmed.text
        self.recovery_codes = confirmed.json()["recoveryCodes"]


async def member(api: Api, **who: Any) -> Member:
    """A new user without a second factor."""
    body = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer", **who}
    answer = await api.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    return Member(api, body["email"], answer.json())


async def protected(api: Api, **who: Any) -> Member:
    """A new user with verified contacts and a second factor."""
    made = await member(api, **who)
    await api.verify_contacts()
    await made.set_up()
    return made
