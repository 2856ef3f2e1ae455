"""Conditional generators of kinetic parameter sets."""
