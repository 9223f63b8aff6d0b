"""Scheduling without a provider: slots of a calendar that is sent along and not kept."""
