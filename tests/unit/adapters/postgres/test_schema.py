"""Migrations and tables describe the same database."""

import re
from collections.abc import Iterator
from enum import StrEnum

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine
from tests.databases import TestServer

from adapters.postgres.contexts import metadata
from adapters.postgres.kit import migrations
from adapters.postgres.kit.migrations import alchemy_url, ours
from adapters.postgres.kit.revisions import ROOT, first_revision, is_earlier, latest_revision
from booking_domain.bookings.model import BookingMode
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.transitions import PaymentAttempt, Status
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.model import UserStatus
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.sessions import LoginMethod, LoginOutcome
from booking_domain.notifications.sms import SmsStatus
from booking_domain.payments.model import Purpose
from booking_domain.payments.refunds import RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.feeds import WhenFeedFails
from booking_domain.scheduling.model import Anchoring, ClockChanges
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.actor import Role
from entrypoints.cli.startup import CannotStart, require_database
from entrypoints.settings.main import Settings

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
    AND conrelid::regclass::text NOT LIKE 'procrastinate%' AND conrelid::regclass::text <> 'alembic_version'
"""
_INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    AND tablename NOT LIKE 'procrastinate%' AND tablename <> 'alembic_version'
"""
_TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger
    WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'procrastinate%'
"""
_REVISION = "SELECT version_num FROM alembic_version"
_RELATIONS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.fixture
def url(postgres: TestServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


def rows(url: str, query: str) -> set[tuple[str, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute(query.encode()).fetchall())


def test_migrations_go_up_and_down_and_up_again(postgres: TestServer) -> None:
    with postgres.empty_database() as url:
        migrations.upgrade(url, first_revision())
        before = rows(url, _RELATIONS)
        migrations.upgrade(url)
        there = rows(url, _RELATIONS)
        migrations.downgrade(url, first_revision())
        assert rows(url, _RELATIONS) == before
        migrations.upgrade(url)
        assert rows(url, _RELATIONS) == there


def test_a_database_at_the_first_revision_keeps_its_rows_when_it_is_upgraded(postgres: TestServer) -> None:
    with postgres.empty_database() as url:
        migrations.upgrade(url, "0091")
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO gateway_tokens (gateway, token) VALUES ('qpay', 'kept')")
        migrations.upgrade(url)
        assert rows(url, "SELECT token FROM gateway_tokens") == {("kept",)}
        assert rows(url, _REVISION) == {(latest_revision(),)}


def test_the_first_revision_is_never_downgraded(postgres: TestServer) -> None:
    with postgres.empty_database() as url:
        migrations.upgrade(url, first_revision())
        there = rows(url, _RELATIONS)
        with pytest.raises(RuntimeError, match="drop the database"):
            migrations.downgrade(url, "base")
        assert rows(url, _RELATIONS) == there
        assert rows(url, _REVISION) == {(first_revision(),)}


@pytest.mark.parametrize(
    ("revision", "what_to_do"), [("0074", "upgrades start at 0091"), ("9999", "of a later version")]
)
def test_a_database_at_a_revision_that_this_code_does_not_have_is_not_changed(
    postgres: TestServer, revision: str, what_to_do: str
) -> None:
    with postgres.empty_database() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num text)")
            connection.execute("INSERT INTO alembic_version VALUES (%s)", (revision,))
        with pytest.raises(migrations.UnknownRevision, match=what_to_do):
            migrations.upgrade(url)
        assert rows(url, _RELATIONS) == {("alembic_version",)}
        assert rows(url, _REVISION) == {(revision,)}


def test_changelog_has_the_entry_that_the_refusal_of_an_old_database_names() -> None:
    with pytest.raises(migrations.UnknownRevision) as refused:
        migrations.require_known("0074")
    entry = str(refused.value).partition("“")[2].partition("”")[0]
    assert f"- **{entry}**" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_process_does_not_start_on_a_database_from_before_the_first_revision(postgres: TestServer) -> None:
    with postgres.empty_database() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE alembic_version AS SELECT '0074' AS version_num")
        with pytest.raises(CannotStart, match="is at revision 0074; this version needs"):
            require_database(Settings.from_environment({"DATABASE_URL": url}), "api")


def test_the_tables_do_not_drift_from_the_migrations(url: str) -> None:
    engine = create_engine(alchemy_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": ours, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("query", [_CONSTRAINTS, _INDEXES], ids=["constraints", "indexes"])
def test_constraints_and_indexes_of_migrations_and_tables_are_identical(
    url: str, postgres: TestServer, query: str
) -> None:
    """Alembic's autogenerate does not compare exclusion constraints and CHECKs."""
    with postgres.empty_database() as other:
        engine = create_engine(alchemy_url(other), poolclass=NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE EXTENSION btree_gist")
            connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
            metadata.create_all(connection)
        assert rows(url, query) == rows(other, query) != set()


def test_the_triggers_of_the_migrations_are_exactly_these(url: str) -> None:
    """`metadata` has no triggers. Tests of audit, signals, public versions and statistics say what these do."""
    counting = {table.name for table in metadata.sorted_tables if table.info.get("public")}
    assert rows(url, _TRIGGERS) == {
        *((name, f"{name}_count_public_change") for name in counting),
        ("providers", "providers_count_membership"),
        ("audit_log", "audit_log_append_only"),
        ("claims", "claims_count_insertion"),
        ("class_places", "class_places_free_units"),
        ("claims", "claims_keep_ways"),
        ("flag_rules", "flag_rules_tell"),
        ("reviews", "reviews_set_start"),
        ("search_entries", "search_entries_add_hours"),
        ("sessions", "sessions_tell_deletion"),
        ("sessions", "sessions_tell_end"),
        ("sessions", "sessions_tell_truncation"),
        ("statistics_buckets", "statistics_buckets_sum_added"),
        ("statistics_buckets", "statistics_buckets_sum_removed"),
        ("users", "users_tell_change"),
    }


def test_the_database_rejects_overlapping_claims_of_a_provider_and_of_a_unit(url: str) -> None:
    constraints = {name: definition for _, name, definition in rows(url, _CONSTRAINTS)}
    assert constraints["claims_no_overlap"] == (
        "EXCLUDE USING gist (provider_id WITH =, tstzrange(blocked_from, blocked_until) WITH &&)"
    )
    assert constraints["overbooked_claims_no_overlap"] == (
        "EXCLUDE USING gist (provider_id WITH =, lane WITH =, tstzrange(blocked_from, blocked_until) WITH &&)"
    )
    assert constraints["resource_units_no_overlap"] == (
        "EXCLUDE USING gist (resource_id WITH =, unit WITH =, tstzrange(blocked_from, blocked_until) WITH &&)"
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("users_role_check", Role),
        ("users_status_check", UserStatus),
        ("one_time_codes_purpose_check", CodePurpose),
        ("login_history_method_check", LoginMethod),
        ("external_identities_provider_check", IdentityProvider),
        ("login_history_outcome_check", LoginOutcome),
        ("providers_status_check", ProfileStatus),
        ("providers_booking_mode_check", BookingMode),
        ("providers_anchoring_check", Anchoring),
        ("providers_clock_changes_check", ClockChanges),
        ("providers_when_feeds_fail_check", WhenFeedFails),
        ("waiting_list_status_check", WaitingStatus),
        ("claims_kind_check", ClaimKind),
        ("bookings_status_check", Status),
        ("bookings_payment_attempt_check", PaymentAttempt),
        ("bookings_origin_check", BookingOrigin),
        ("payments_purpose_check", Purpose),
        ("payments_status_check", PaymentStatus),
        ("refunds_status_check", RefundStatus),
        ("sms_messages_status_check", SmsStatus),
    ],
)
def test_a_check_constraint_lists_exactly_the_values_of_its_enum(
    url: str, constraint: str, values: type[StrEnum]
) -> None:
    (definition,) = (definition for _, name, definition in rows(url, _CONSTRAINTS) if name == constraint)
    listed = {value for text in re.findall("'(.*?)'", definition) for value in text.strip("{}").split(",")}
    assert listed == {value.value for value in values}


def test_the_latest_revision_is_the_head_of_the_chain_whatever_its_number() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert latest_revision() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert is_earlier(script.revision) == (script.revision != latest_revision()), script.revision
    assert not is_earlier("of a later version")
    assert is_earlier("0074")
