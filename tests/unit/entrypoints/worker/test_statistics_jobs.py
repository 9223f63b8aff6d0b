"""Statistics in the worker: what happens reaches the figures, and the nightly check finds and repairs what is wrong."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.databases import TestServer
from tests.programs import Fork, environment
from tests.unit.adapters.documents.test_renderer import text_of
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.bookings.transitions import Status
from booking_domain.identity.preferences import Preferences
from booking_domain.statistics.definitions import buckets_of
from booking_domain.statistics.model import Bucket, Figures
from booking_domain.testing.builders import TOMORROW
from booking_domain.testing.kit.storage import alone, present
from entrypoints.cli.statistics import count_all
from entrypoints.worker.notifications import SEND_MESSAGES


async def counted(shop: Workshop) -> Figures:
    """All that is counted of the studio's provider, after the worker has done what there is."""
    await shop.relay()
    await shop.run_due_jobs()
    return Figures.total(each.figures for each in await stored(shop))


async def stored(shop: Workshop) -> list[Bucket]:
    return list(await alone(shop.studio.backend).statistics.buckets(shop.studio.provider_id, None))


async def spoil(shop: Workshop) -> None:
    """Count something that did not happen."""
    first, *rest = await stored(shop)
    wrong = replace(first, figures=first.figures + Figures(made=1))
    await alone(shop.studio.backend).statistics.put(shop.studio.provider_id, None, [wrong, *rest])


async def right(shop: Workshop) -> list[Bucket]:
    """The buckets of all bookings as they are."""
    repository = alone(shop.studio.backend).statistics
    ids = await repository.booking_ids(shop.studio.provider_id, None, 100)
    return buckets_of(await repository.bookings(ids), await repository.memberships(shop.studio.provider_id))


async def test_a_booking_counts_when_it_is_made_and_when_it_begins(shop: Workshop) -> None:
    booking = await shop.studio.book()
    figures = await counted(shop)
    assert (figures.made, figures.lead_bookings) == (1, 1)
    assert await stored(shop) == await right(shop)
    await shop.studio.move(booking, Status.CANCELLED)
    figures = await counted(shop)
    assert (figures.booked, figures.cancelled + figures.cancelled_by_provider) == (0, 1)
    assert await stored(shop) == await right(shop)


async def test_the_roster_follows_the_calendar_from_today_on(shop: Workshop) -> None:
    await shop.studio.book()
    await shop.run_periodic("follow_rosters")
    await shop.run_due_jobs()
    provider_id, today = shop.studio.provider_id, shop.studio.clock.now().date()
    days = (today - timedelta(days=30), today + timedelta(days=30))
    before = await shop.studio.reads.rosters.of_provider(provider_id, *days)
    assert {each.minutes for each in before} == {0, 9 * 60}  # on Tuesdays from 10:00 to 19:00
    await shop.studio.take_off(TOMORROW - timedelta(days=28), TOMORROW + timedelta(days=28))
    await shop.relay()
    await shop.run_due_jobs()
    after = await shop.studio.reads.rosters.of_provider(provider_id, *days)
    assert [each for each in after if each.day < today] == [each for each in before if each.day < today]
    assert {each.minutes for each in after if today <= each.day < today + timedelta(days=28)} == {0}


async def test_the_nightly_check_finds_and_repairs_wrong_figures(shop: Workshop) -> None:
    await shop.studio.book()
    await counted(shop)
    shop.studio.clock.advance(timedelta(days=3))
    before = await stored(shop)
    await spoil(shop)
    with capture_logs() as logs:
        await shop.run_periodic("check_statistics")
    assert [each["days"] for each in logs if each["event"] == "statistics.wrong"] == [1]
    assert await stored(shop) == before
    assert len(await shop.studio.reads.statistics.findings(shop.studio.clock.now())) == 1
    with capture_logs() as logs:
        await shop.run_periodic("check_statistics")
    assert [each["event"] for each in logs if each["log_level"] == "error"] == []
    shop.studio.clock.advance(timedelta(days=91))
    await shop.run_periodic("check_statistics")
    assert await shop.studio.reads.statistics.findings(shop.studio.clock.now() - timedelta(days=365)) == []


async def test_the_command_checks_everybody_and_counts_anew(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    await shop.studio.book()
    await counted(shop)
    shop.studio.clock.advance(timedelta(days=3))
    before = await stored(shop)
    await spoil(shop)
    assert await count_all(shop.container, rebuild=False) == 1
    assert await count_all(shop.container, rebuild=False) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["1 providers checked, 1 wrong", "1 providers checked, 0 wrong"]
    await alone(shop.studio.backend).statistics.put(shop.studio.provider_id, None, [])
    assert await count_all(shop.container, rebuild=True) == 0
    assert await stored(shop) == before


def test_the_command_opens_its_database(postgres: TestServer, tmp_path: Path) -> None:
    with postgres.database() as url:
        log = tmp_path / "log"
        command = Fork(["entrypoints.cli", "statistics", "rebuild"], environment({"DATABASE_URL": url}), log)
        assert command.wait() == 0
        assert log.read_text().splitlines()[-1] == "0 providers counted anew"


async def test_figures_that_are_on_their_way_are_no_finding(shop: Workshop) -> None:
    await shop.studio.book()
    with capture_logs() as logs:
        await shop.run_periodic("check_statistics")
    assert [each["event"] for each in logs if each["log_level"] == "error"] == []
    assert await stored(shop) == await right(shop)


async def test_the_report_of_a_month_that_is_over_is_sent_once_to_who_has_subscribed(shop: Workshop) -> None:
    studio = shop.studio
    owner = present(await studio.reads.users.get(studio.owner.id))
    wants = Preferences(monthly_report=True)
    owner = replace(owner, email_verified_at=studio.clock.now(), preferences=wants, version=owner.version + 1)
    await alone(studio.backend).users.save(owner)
    await studio.book()
    await counted(shop)
    for days in (10, 31):  # until the third of the month
        studio.clock.advance(timedelta(days=days))
        for _ in range(2):  # of two runs, and of a job that is done again, the second changes nothing
            await shop.run_periodic("announce_reports")
            await shop.relay()
            await shop.run_due_jobs()
            await shop.run(SEND_MESSAGES, user_id=str(owner.id))
    sent = [each for each in shop.sender.delivered if each.type == "report.ready"]
    assert [(each.channel, each.to) for each in sent] == [("email", owner.email)] * len(sent)
    names = ["" if each.file is None else each.file.name for each in sent]
    assert names == sorted(set(names))
    assert len(names) == 2
    assert "Monthly report" in text_of(sent[0].file.content if sent[0].file else b"")
    assert sent[0].unsubscribe_url
