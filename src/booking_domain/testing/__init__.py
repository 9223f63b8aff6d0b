"""The test kit: check your own slot function, repositories, adapters or server with the tests of this library.

    from booking_domain.testing.properties import PROPERTIES, Property
    from booking_domain.testing.strategies import Question, questions

    @pytest.mark.parametrize("holds", PROPERTIES)
    @given(question=questions())
    def test_my_slots(holds: Property, question: Question) -> None:
        holds(question, my_slots)

These modules need the standard library only:

- `question`: the arguments of a slot function as one value.
- `properties`: properties of every correct slot function.
- `conformance`: test vectors as JSON for any language: `python -m booking_domain.testing.conformance`.

These need the extra `booking-domain[testing]` (anyio, Hypothesis and pytest):

- `strategies`: time zones with clock changes, calendars, claims, clocks and complete questions.
- `core.contracts`: one test class per protocol of `booking_domain.core.stores`.
- `partial`: which of the properties hold for rules that lack something.
- `machines`: `CalendarMachine` holds, books, cancels and reschedules on one calendar of any implementation.

The distribution `booking-domain-platform` adds the test kit of the platform:

- `memory`: every port in memory. `MemoryPlatform` connects them; `studio.Studio` is a provider with customers.
- `builders`: valid values of every context.
- `invariants`: `violations` returns the violated invariants of a storage.
- `contracts`: one test class per port. `contracts.CONTRACTS` maps each port to its class.
- `contracts.whole_platform`: `PlatformMachine` runs bookings, payments and time in any order on your repositories.
- `use_case_calendar.UseCaseCalendar`: a calendar for `CalendarMachine`, in memory or on your repositories.

Each context has a package (`booking_domain.testing.bookings`, …) with its memory tables and repositories (`memory`) and
its contracts (`contracts`). `contexts.CONTEXTS` lists the packages. See `docs/library/testing-your-own-rules.md`.
"""
