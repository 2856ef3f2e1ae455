"""Irreversible Michaelis–Menten kinetics for any number of substrates."""

from .base import Mechanism


class IrreversibleMichaelisMenten(Mechanism):
    """v = V ∏ S_i/(S_i + Km_i); coefficients do not enter as exponents, products do not enter at all."""

    name = "irreversible_michaelis_menten"
    reversible = False
    unit_stoichiometry = False

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        value = 1.0
        for i in range(len(s)):
            factor = 1.0 + s[i]
            ds[i] = s[i] / factor
            value = value * factor
        for j in range(len(p)):
            dp[j] = 0.0 * p[j]
        return value
