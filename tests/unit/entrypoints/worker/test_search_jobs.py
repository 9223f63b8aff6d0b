"""Search in the worker: changes reach the entries, and the nightly check finds, tells and repairs what is wrong."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.databases import TestServer
from tests.programs import Fork, environment
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.search.free_time import mask_of
from booking_domain.search.model import SearchEntry, SearchFindingCounts, SearchFindingFilter, SearchFindingKind
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.kit.storage import alone, present
from entrypoints.cli.search_index import check_all

SLOT = TimeRange(TOMORROW, TOMORROW + HOUR)


async def an_entry(shop: Workshop) -> SearchEntry:
    """The entry of the studio's provider, as the worker makes it."""
    await shop.run_periodic("sweep")
    await shop.run_due_jobs()
    return present(await shop.studio.reads.search.get(shop.studio.provider_id))


async def put(shop: Workshop, entry: SearchEntry, quarters: int) -> None:
    wrong = replace(entry, free=replace(entry.free, quarters=quarters))
    await alone(shop.studio.backend).search_entries.put(wrong, shop.studio.clock.now())


async def test_the_nightly_check_finds_and_repairs_a_wrong_bit(shop: Workshop) -> None:
    entry = await an_entry(shop)
    wrong = mask_of(SLOT, entry.free.since) & -mask_of(SLOT, entry.free.since)
    for quarters, kind in (
        (entry.free.quarters & ~wrong, SearchFindingKind.MISSED_TIME),
        (entry.free.quarters | 1, SearchFindingKind.EXTRA_TIME),
    ):
        await put(shop, entry, quarters)
        with capture_logs() as logs:
            await shop.run_periodic("check_search")
        (finding, *_) = await shop.studio.reads.search.findings(SearchFindingFilter())
        assert (finding.provider_id, finding.kind, finding.repaired) == (entry.provider_id, kind, True)
        assert finding.quarters == 1
        assert [each["kind"] for each in logs if each["event"] == "search.entry_wrong"] == [kind.value]
        repaired = present(await shop.studio.reads.search.get(entry.provider_id))
        assert repaired.free == entry.free
    counts = await shop.studio.reads.search.finding_counts(shop.studio.clock.now())
    assert counts == SearchFindingCounts(repaired=2)
    with capture_logs() as logs:
        await shop.run_periodic("check_search")
    assert [each["event"] for each in logs if each["log_level"] == "error"] == []


async def test_an_entry_that_is_only_late_is_no_finding(shop: Workshop) -> None:
    entry = await an_entry(shop)
    await put(shop, replace(entry, version="former"), 0)
    await shop.run_periodic("check_search")
    assert await shop.studio.reads.search.findings(SearchFindingFilter()) == []
    assert await shop.studio.reads.search.get(entry.provider_id) == entry


async def test_findings_are_forgotten_after_ninety_days(shop: Workshop) -> None:
    await put(shop, await an_entry(shop), 0)
    await shop.run_periodic("check_search")
    assert len(await shop.studio.reads.search.findings(SearchFindingFilter())) == 1
    shop.studio.clock.advance(timedelta(days=91))
    await shop.run_periodic("check_search")
    assert await shop.studio.reads.search.findings(SearchFindingFilter()) == []


async def test_a_taken_slot_reaches_the_entry_with_the_relay(shop: Workshop) -> None:
    entry = await an_entry(shop)
    assert entry.free.quarters & mask_of(SLOT, entry.free.since)
    await shop.studio.book()
    await shop.relay()
    await shop.run_due_jobs()
    after = present(await shop.studio.reads.search.get(entry.provider_id))
    assert not after.free.quarters & mask_of(SLOT, entry.free.since)


@pytest.mark.parametrize("sample", ["0", "1"])
async def test_the_sample_is_a_setting(shop: Workshop, sample: str) -> None:
    await put(shop, await an_entry(shop), 0)
    shop.container.settings.override(replace(shop.container.settings(), search_sample=int(sample)))
    await shop.run_periodic("check_search")
    assert len(await shop.studio.reads.search.findings(SearchFindingFilter())) == int(sample)


async def test_the_command_checks_everybody_and_rebuilds(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    entry = await an_entry(shop)
    assert await check_all(shop.container, rebuild=False) == 0
    await put(shop, entry, 0)
    assert await check_all(shop.container, rebuild=False) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"{entry.provider_id}  missed_time  {entry.free.quarters.bit_count()} quarters of an hour  repaired",
        "1 entries checked, 1 wrong",
    ]
    await put(shop, entry, 0)
    assert await check_all(shop.container, rebuild=True) == 0
    assert await shop.studio.reads.search.get(entry.provider_id) == entry


async def test_customers_are_counted_every_night(shop: Workshop) -> None:
    with capture_logs() as logs:
        await shop.run_periodic("count_customers")
    assert [each["providers"] for each in logs if each["event"] == "search.customers_counted"] == [0]


def test_the_command_opens_its_database(postgres: TestServer, tmp_path: Path) -> None:
    with postgres.database() as url:
        log = tmp_path / "log"
        command = Fork(["entrypoints.cli", "search-index"], environment({"DATABASE_URL": url}), log)
        assert command.wait() == 0
        assert log.read_text().splitlines()[-1] == "0 entries checked, 0 wrong"
