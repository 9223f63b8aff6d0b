"""The sections of the container: how adapters are made of settings and of each other, by area."""
