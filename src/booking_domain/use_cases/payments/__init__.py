"""Payments, refunds, receipts, earnings and payouts."""
