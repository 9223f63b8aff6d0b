"""The plumbing that every context uses."""
