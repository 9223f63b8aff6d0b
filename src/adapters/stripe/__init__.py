"""Stripe, a payment gateway for cards and other methods in many currencies."""
