"""`/admin/audit` and `/admin/users`."""
