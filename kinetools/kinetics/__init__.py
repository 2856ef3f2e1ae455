"""Kinetic models: rate laws, steady states, parameter sampling, spectra and labels."""
