"""`admin`: add an admin, such as the first one; every further step is done over the API."""

import sys
from dataclasses import replace
from string import ascii_lowercase, digits
from typing import Final

from booking_domain.identity.model import normal_email
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import Entropy
from booking_domain.use_cases.identity.authenticate import Register, register
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

_ALPHABET: Final = ascii_lowercase + digits
_LETTERS: Final = 20
"""Over a hundred bits; the admin chooses another password after the first sign-in."""


def first_password(entropy: Entropy) -> str:
    """A random password."""
    return entropy.pick(_ALPHABET, _LETTERS)


async def add_admin(settings: Settings, url: str, *, email: str, name: str) -> int:
    """Add an admin with a random password, and print it; return 1 if the address is invalid or has an account.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    container = Container(settings=replace(settings, database_url=url))
    try:
        async with opened(container.database()):
            address = normal_email(email)
            there = await container.reads().users.by_login(address)
            if there is not None:
                print(
                    f"{address} has an account: {there.role}. Admins change roles: PATCH /admin/users", file=sys.stderr
                )
                return 0 if there.role is Role.ADMIN else 1
            password = first_password(container.entropy())
            command = Register(
                email=address,
                phone=None,
                name=name,
                role=Role.ADMIN,
                password_hash=await container.password_hasher().hash(password),
                by_platform=True,
                verified=ContactChannel.EMAIL,
            )
            await container.executor().run(register, command, actor=SYSTEM)
    except InvalidValue as invalid:
        print(f"{invalid.field}: {invalid.problem}", file=sys.stderr)
        return 1
    print(f"{address} is an admin. Password: {password}")
    print("Sign in with it, choose another password, and set up a second factor: admins need one.")
    return 0
