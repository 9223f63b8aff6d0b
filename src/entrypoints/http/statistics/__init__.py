"""The figures of providers and salons."""
