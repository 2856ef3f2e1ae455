"""Uni–bi reversible Hill kinetics with Hill coefficient 1: one substrate, two products."""

from .base import Mechanism


class UniBiReversibleHill(Mechanism):
    """v = V (s − P₁P₂/(Keq·Km_s)) / (1 + s + p₁ + p₂ + p₁p₂)."""

    name = "uni_bi_reversible_hill"
    n_substrates = 1
    n_products = 2
    has_hill_coefficient = True

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        both = p[0] * p[1]
        value = 1.0 + s[0] + p[0] + p[1] + both
        ds[0] = s[0] / value
        dp[0] = (p[0] + both) / value
        dp[1] = (p[1] + both) / value
        return value
