"""Convenience kinetics (Liebermeister & Klipp 2006)."""

from ...errors import InputError
from .base import Mechanism

MOST = 100  # largest coefficient: the law is a sum of that many terms


def _powers(x, coefficient):
    """Σ_{k=0..n} x^k and its derivative with respect to ln x."""
    total = 1.0
    slope = 0.0
    power = 1.0
    for k in range(1, int(coefficient) + 1):
        power = power * x
        total = total + power
        slope = slope + k * power
    return total, slope


class Convenience(Mechanism):
    """v = V (∏s^a − ∏P^b/(Keq·∏Km_s^a)) / (∏_i Σ_k s_i^k + ∏_j Σ_k p_j^k − 1)."""

    name = "convenience"
    unit_stoichiometry = False

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        forward = 1.0
        for i in range(len(s)):
            total, slope = _powers(s[i], a[i])
            ds[i] = slope / total
            forward = forward * total
        backward = 1.0
        for j in range(len(p)):
            total, slope = _powers(p[j], b[j])
            dp[j] = slope / total
            backward = backward * total
        value = forward + backward - 1.0
        for i in range(len(s)):
            ds[i] = ds[i] * forward / value
        for j in range(len(p)):
            dp[j] = dp[j] * backward / value
        return value

    @classmethod
    def orders(cls, coefficients):
        return tuple(float(c) for c in coefficients)

    @classmethod
    def check(cls, where, substrate_coefficients, product_coefficients):
        super().check(where, substrate_coefficients, product_coefficients)
        for coefficient in (*substrate_coefficients, *product_coefficients):
            if coefficient != int(coefficient) or coefficient > MOST:
                raise InputError(
                    f"{where}: mechanism 'convenience' needs whole stoichiometric coefficients "
                    f"of at most {MOST}, but {coefficient:g} is listed; use "
                    "'irreversible_michaelis_menten' or rescale."
                )
