"""Repositories, reads and views of all contexts."""
