"""Packages of prepaid visits, for their customers and sellers."""
