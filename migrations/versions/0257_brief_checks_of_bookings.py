"""Write the checks of bookings and claims briefly: each statement that writes a row parses them anew."""

from collections.abc import Sequence

from alembic import op

revision: str = "0257"
down_revision: str | Sequence[str] | None = "0273"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BRIEF = {
    "claims_kind": "kind = ANY ('{hold,booking}')",
    "bookings_origin": "origin = ANY ('{direct,link,search,portfolio,waiting_list,bot,page,desk}')",
    "bookings_status": "status = ANY ('{requested,pending,confirmed,completed,cancelled,expired,no_show,disputed}')",
    "bookings_payment_attempt": "payment_attempt = ANY ('{none,started,failed}')",
    "bookings_disputed_from": (
        "disputed_from IS NULL OR (status = 'disputed' AND disputed_from = ANY ('{confirmed,completed,cancelled,no_show}'))"
    ),
    "bookings_rescheduled_by": "rescheduled_by = ANY ('{provider,manager,admin}')",
    "bookings_time_change": "num_nulls(rescheduled_by, agreed_from, agreed_until, objection_deadline) = ANY ('{0,4}')",
    "bookings_offered_scope": (
        "num_nulls(offered_price_amount, offered_deposit_amount, offered_minutes) = ANY ('{0,3}')"
        " AND (offered_until IS NULL OR offered_minutes > 0)"
    ),
    "bookings_amounts": (
        "0 <= least(deposit_amount, offered_deposit_amount, refunded_amount, refund_pending_amount, conceded_amount,"
        " desk_paid_amount, extra_amount, tip_amount, authorised_amount, released_amount)"
        " AND deposit_amount <= price_amount AND offered_deposit_amount <= offered_price_amount"
        " AND refunded_amount + refund_pending_amount BETWEEN conceded_amount AND paid_amount"
        " AND extra_amount <= desk_paid_amount"
    ),
}
_FORMER = {
    "claims_kind": "kind IN ('hold', 'booking')",
    "bookings_origin": "origin IN ('direct', 'link', 'search', 'portfolio', 'waiting_list', 'bot', 'page', 'desk')",
    "bookings_status": (
        "status IN ('requested', 'pending', 'confirmed', 'completed', 'cancelled', 'expired', 'no_show', 'disputed')"
    ),
    "bookings_payment_attempt": "payment_attempt IN ('none', 'started', 'failed')",
    "bookings_disputed_from": (
        "disputed_from IS NULL OR (status = 'disputed' AND disputed_from IN"
        " ('confirmed', 'completed', 'cancelled', 'no_show'))"
    ),
    "bookings_rescheduled_by": "rescheduled_by IN ('provider', 'manager', 'admin')",
    "bookings_time_change": "num_nulls(rescheduled_by, agreed_from, agreed_until, objection_deadline) IN (0, 4)",
    "bookings_offered_scope": (
        "num_nulls(offered_price_amount, offered_deposit_amount, offered_minutes) IN (0, 3)"
        " AND (offered_until IS NULL OR offered_minutes > 0)"
    ),
    "bookings_refunded": (
        "0 <= refunded_amount AND 0 <= refund_pending_amount AND refunded_amount + refund_pending_amount <= paid_amount"
    ),
    "bookings_conceded": "0 <= conceded_amount AND conceded_amount <= refunded_amount + refund_pending_amount",
    "bookings_desk_paid": "0 <= desk_paid_amount",
    "bookings_extra": "0 <= extra_amount AND extra_amount <= desk_paid_amount AND 0 <= tip_amount",
    "bookings_offered": "0 <= offered_deposit_amount AND offered_deposit_amount <= offered_price_amount",
    "bookings_authorised": "0 <= authorised_amount AND 0 <= released_amount",
    "bookings_deposit": "0 <= deposit_amount AND deposit_amount <= price_amount",
}


def upgrade() -> None:
    """New rows are checked throughout; the next migration validates the others."""
    _replace(_FORMER, _BRIEF)


def downgrade() -> None:
    _replace(_BRIEF, _FORMER)


def _replace(before: dict[str, str], after: dict[str, str]) -> None:
    for name in before:
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {_table(name)} DROP CONSTRAINT {name}_check")
    for name, condition in after.items():
        op.execute(f"ALTER TABLE {_table(name)} ADD CONSTRAINT {name}_check CHECK ({condition}) NOT VALID")


def _table(name: str) -> str:
    return name.partition("_")[0]
