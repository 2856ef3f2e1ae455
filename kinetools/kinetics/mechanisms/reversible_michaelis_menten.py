"""Reversible Michaelis–Menten kinetics: one substrate, one product."""

from .base import Mechanism


class ReversibleMichaelisMenten(Mechanism):
    """v = V (s − P/(Keq·Km_s)) / (1 + s + p)."""

    name = "reversible_michaelis_menten"
    n_substrates = 1
    n_products = 1

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        value = 1.0 + s[0] + p[0]
        ds[0] = s[0] / value
        dp[0] = p[0] / value
        return value
