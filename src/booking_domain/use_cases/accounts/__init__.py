"""Accounts as a whole: changed by admins, deleted, erased."""
