"""Appointment booking as a library: slots, claims, bookings, payments, and the ports around them.

Framework-free, standard library only. Start with `booking_domain.scheduling` for slots; `booking_domain.bookings`
and `booking_domain.payments` hold the lifecycles, `booking_domain.workflows` the use cases over the ports, and
`booking_domain.testing` every port in memory, and the contracts that an adapter of yours should pass.
"""
