"""Identity: who somebody is, and who may do what."""
