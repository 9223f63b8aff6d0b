"""Queries: what each actor may see of the platform. All read authorisation is here."""
