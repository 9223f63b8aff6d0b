"""How adapters are made of settings and of each other, by area."""
