"""`/admin/audit`, `/admin/users`, `/admin/bookings` and `/admin/transactions`."""
