"""Formulas as text, read off the code that computes them.

A `Term` stands for a number that has no value yet: arithmetic with it writes the formula down. Running a
rate law's own code on terms gives the text of the law, so that no law is ever stated twice.
"""

from numbers import Real

from ..errors import InputError


class Term:
    """A part of a formula; `str(term)` is infix text, every operation in parentheses.

    Products of the same term become powers, and neutral numbers (0 in sums, 1 in products) vanish.
    """

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic with terms to the methods below

    def __init__(self, text: str, base: str = "", order: float = 1.0):
        self.text = text
        self._base, self._order = base or text, order

    def __str__(self):
        return self.text

    def __add__(self, other):
        return self if _is(other, 0) else Term(f"({self} + {_text(other)})")

    def __radd__(self, other):
        return self if _is(other, 0) else Term(f"({_text(other)} + {self})")

    def __sub__(self, other):
        return self if _is(other, 0) else Term(f"({self} - {_text(other)})")

    def __rsub__(self, other):
        return Term(f"({_text(other)} - {self})")

    def __mul__(self, other):
        if isinstance(other, Term) and other._base == self._base:
            return _power(self._base, self._order + other._order)
        return self if _is(other, 1) else Term(f"({self} * {_text(other)})")

    def __rmul__(self, other):
        return self if _is(other, 1) else Term(f"({_text(other)} * {self})")

    def __truediv__(self, other):
        return self if _is(other, 1) else Term(f"({self} / {_text(other)})")

    def __rtruediv__(self, other):
        return Term(f"({_text(other)} / {self})")

    def __pow__(self, exponent):
        return _power(self._base, self._order * exponent)

    def __neg__(self):
        return Term(f"(-{self})")

    def __bool__(self):
        raise TypeError("a formula cannot depend on the value of a term")


def denominator_formula(law, substrates, products, a, b) -> str:
    """The denominator of a rate law as infix text (see `Mechanism.denominator_formula`)."""
    s, p = [Term(x) for x in substrates], [Term(x) for x in products]
    try:
        return _text(law.denominator(s, p, a, b, [None] * len(s), [None] * len(p)))
    except TypeError as error:
        raise InputError(
            f"mechanism {law.name!r}: its denominator cannot be written as a formula ({error}); use "
            "plain arithmetic in it, or give the class a denominator_formula."
        ) from error


def _is(other, number) -> bool:
    return not isinstance(other, Term) and other == number


def _text(value) -> str:
    if isinstance(value, Term):
        return value.text
    if not isinstance(value, Real):
        raise TypeError(f"{type(value).__name__} in a formula")
    number = float(value)
    text = str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    return f"({text})" if number < 0 else text


def _power(base: str, order: float):
    if order == 0:
        return 1.0
    return Term(base) if order == 1 else Term(f"({base}^{_text(order)})", base, order)
