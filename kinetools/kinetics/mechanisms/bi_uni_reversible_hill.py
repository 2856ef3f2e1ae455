"""Bi–uni reversible Hill kinetics with Hill coefficient 1: two substrates, one product."""

from .base import Mechanism


class BiUniReversibleHill(Mechanism):
    """v = V (s₁s₂ − P/(Keq·Km₁Km₂)) / (1 + p + s₁ + s₂ + s₁s₂)."""

    name = "bi_uni_reversible_hill"
    n_substrates = 2
    n_products = 1
    has_hill_coefficient = True

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        both = s[0] * s[1]
        value = 1.0 + p[0] + s[0] + s[1] + both
        ds[0] = (s[0] + both) / value
        ds[1] = (s[1] + both) / value
        dp[0] = p[0] / value
        return value
