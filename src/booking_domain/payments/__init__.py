"""Payments: movements of money, the port of the gateways that carry them, and what a gateway's word changes."""
