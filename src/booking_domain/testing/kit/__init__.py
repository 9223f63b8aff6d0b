"""What the contexts of the test kit share: tables in memory and the base classes of contracts."""
