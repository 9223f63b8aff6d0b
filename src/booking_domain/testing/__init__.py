"""The public test harness: test your own slot function, repositories, adapters or server with ours.

With the standard library alone:

- `memory`: every port in memory; `MemoryPlatform` is all of it. `studio.Studio`: a provider at work, on any storage.
- `builders`: valid values. `invariants.violations`: what is wrong with the books of a storage, one sentence each.
- `question`: a question about slots, as a value that any `SlotFunction` can be asked.
- `properties`: what holds of every slot function, each as a function to call with a question and yours.
- `conformance`: JSON vectors of slots and histories, for any language: `python -m booking_domain.testing.conformance`.

With the extra `testing` (Hypothesis and pytest):

- `strategies`: zones with their changes of clocks, calendars, claims, clocks, and `questions()` about all of it.
- `contracts`: one base class a port, for your adapters; `contracts.CONTRACTS` says which.
- `contracts.whole_platform.PlatformMachine`: bookings, money and time in any order, on your repositories.
- `machines.CalendarMachine`: holds, bookings, cancellations and reschedules of one calendar, wherever it is kept;
  `use_case_calendar.UseCaseCalendar` is one in memory, or on your repositories.

See `docs/testing-your-own-rules.md`.
"""
