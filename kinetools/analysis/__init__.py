"""Comparing, ranking and projecting parameter sets."""
