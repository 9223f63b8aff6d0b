"""Packages of visits: what places sell, and buying one."""
