"""Providers: their own profile, the public catalogue, slots, and the admins' decision."""
