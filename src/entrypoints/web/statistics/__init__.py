"""Figures of providers and salons."""
