"""Flux posteriors from 13C labelling data."""
