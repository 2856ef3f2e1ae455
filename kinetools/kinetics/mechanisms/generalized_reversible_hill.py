"""Generalised reversible Hill kinetics with Hill coefficient 1 (Hofmeyr & Cornish-Bowden 1997)."""

from .base import Mechanism


class GeneralizedReversibleHill(Mechanism):
    """v = V (∏s − ∏P/(Keq·∏Km_s)) / ∏ over pairs i of (1 + s_i + p_i).

    The i-th substrate is paired with the i-th product, so their order matters; a reactant without
    partner contributes (1 + s_i) or (1 + p_i).
    """

    name = "generalized_reversible_hill"

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        value = 1.0
        for i in range(max(len(s), len(p))):
            factor = 1.0
            if i < len(s):
                factor = factor + s[i]
            if i < len(p):
                factor = factor + p[i]
            if i < len(s):
                ds[i] = s[i] / factor
            if i < len(p):
                dp[i] = p[i] / factor
            value = value * factor
        return value
