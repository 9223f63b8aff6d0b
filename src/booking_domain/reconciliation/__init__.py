"""Reconciliation: daily comparison of the gateways' books with the platform's payments."""
