"""Packages: offered and sold at the desk, transferred, given back, and looked after."""
