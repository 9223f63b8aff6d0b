"""Points in the worker: they expire, and their customers are told before, once."""

from datetime import timedelta

from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.testing.builders import Builder
from booking_domain.testing.loyalty.contracts import add_points, loyalty_account, loyalty_cause

YEAR = timedelta(days=365)
"""When the points of `add_points` expire."""


async def test_a_customer_is_told_once_before_points_expire(shop: Workshop) -> None:
    studio, make = shop.studio, Builder()
    customer = studio.customer
    async with shop.container.database().begin() as tx:
        account = loyalty_account(make, customer.id, studio.provider_id)
        account, _ = await add_points(tx, account, 500, loyalty_cause(make, "adjustment"))
    assert account.next_expiry is not None

    async def tick() -> int:
        await shop.jobs.app.tasks["sweep"].func(0)
        await shop.relay()
        await shop.run_due_jobs()
        return sum(each.subject == "Points are about to expire" for each in shop.sender.delivered)

    studio.clock.set(account.next_expiry - timedelta(days=31))
    assert await tick() == 0
    studio.clock.set(account.next_expiry - timedelta(days=29))
    assert [await tick(), await tick()] == [1, 1]
    [message] = [each for each in shop.sender.delivered if "expire" in each.subject]
    assert "500" in message.text
    provider = await shop.container.reads().providers.get(studio.provider_id)
    assert provider is not None
    assert provider.profile.display_name in message.text
    studio.clock.set(account.next_expiry)
    await tick()
    reads = shop.container.reads().loyalty
    [expired, _] = await reads.entries(customer.id, None, None, 10)
    assert (expired.points, expired.balance) == (-500, 0)
    assert await tick() == 1
