"""Provider profiles and salons."""
