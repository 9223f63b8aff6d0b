"""Payments and refunds, their lifecycle, and the port of payment gateways."""
