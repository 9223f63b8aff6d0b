"""Refunds: the money of a booking, customers' bank accounts, and the transfers that admins make."""
