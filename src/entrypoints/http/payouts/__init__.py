"""Refunds: the money of a booking, bank accounts of customers, and the transfers that admins make."""
