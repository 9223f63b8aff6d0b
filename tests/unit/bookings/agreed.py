"""The expected moves of a booking, written by hand and not derived from the code."""

from typing import Final

_AGREED: Final = """
    requested  accept               pending    provider manager
    requested  confirm              confirmed  provider manager
    requested  cancel               cancelled  customer provider manager admin
    requested  expire               expired    system
    requested  offer_times          requested  provider manager
    requested  change_terms         requested  provider manager
    confirmed  change_terms         confirmed  provider manager
    confirmed  accept_terms         confirmed  customer
    confirmed  refuse_terms         confirmed  customer
    confirmed  lapse_terms          confirmed  system
    requested  reschedule           requested  customer provider manager admin
    pending    reschedule           pending    customer provider manager admin
    confirmed  reschedule           confirmed  customer provider manager admin
    requested  accept_time          requested  customer
    pending    accept_time          pending    customer
    confirmed  accept_time          confirmed  customer
    requested  follow_clock         requested  system
    pending    follow_clock         pending    system
    confirmed  follow_clock         confirmed  system
    disputed   follow_clock         disputed   system
    requested  put_under_review     requested  system
    pending    put_under_review     pending    system
    confirmed  put_under_review     confirmed  system
    requested  confirm_after_review requested  system admin
    pending    confirm_after_review pending    system admin
    confirmed  confirm_after_review confirmed  system admin
    pending    confirm              confirmed  payment provider manager admin
    pending    waive_deposit        confirmed  provider manager admin
    pending    cancel               cancelled  customer provider manager admin
    pending    expire               expired    system
    confirmed  complete             completed  provider manager admin
    confirmed  cancel               cancelled  customer provider manager admin
    confirmed  mark_no_show         no_show    provider manager admin
    expired    revive               confirmed  payment
    expired    return_payment       expired    payment
    confirmed  dispute              disputed   customer provider admin
    completed  dispute              disputed   customer provider admin
    no_show    dispute              disputed   customer provider admin
    cancelled  dispute              disputed   customer provider admin
    disputed   resolve_confirmed    confirmed  admin system
    disputed   resolve_completed    completed  admin system
    disputed   resolve_cancelled    cancelled  admin system
    disputed   resolve_no_show      no_show    admin system
"""
MOVES: Final = {
    (status, action): (to, frozenset(by)) for status, action, to, *by in map(str.split, _AGREED.strip().splitlines())
}
"""Where an action leads from a status, and who may do it."""
