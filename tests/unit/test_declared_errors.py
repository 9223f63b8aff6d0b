"""The watch over declared errors sees an undeclared one."""

from dataclasses import replace

import pytest

from booking_domain.scheduling.errors import HoldNotFound
from booking_domain.shared.ids import ClaimId
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.scheduling.holds import release_hold


async def release_unknown_hold(*, declared: bool) -> None:
    studio = await Studio.opened()
    use_case = release_hold if declared else replace(release_hold, raises=())
    await studio.run(use_case, ClaimId(studio.entropy.new_id()), by=studio.customer)


async def test_an_undeclared_error_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="HoldNotFound"):
        await release_unknown_hold(declared=False)


async def test_a_declared_error_passes() -> None:
    with pytest.raises(HoldNotFound):
        await release_unknown_hold(declared=True)
