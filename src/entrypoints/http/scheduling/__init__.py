"""Scheduling without a provider: slots of a calendar in the request, which is not stored."""
