"""Cities of any size: providers, services, customers, bookings, payments and reviews that never happened.

Providers and what search knows of them are made in Python, by the functions of the product; everything that grows with
bookings is made by set-based SQL. Equal arguments make equal rows. Indexes and constraints are dropped in the
transaction and made anew at its end, which is faster and checks every row.
"""
