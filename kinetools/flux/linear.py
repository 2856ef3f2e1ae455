"""Linear relations between fluxes as FluxML writes them: "2*v1 + v2 <= 3; v3 = v4/0.5"."""

import re
from dataclasses import dataclass, replace

from ..errors import InputError

_TOKEN = re.compile(r"\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([^\W\d]\w*)|([-+*/()]))")
_RELATION = re.compile(r"<=|>=|==|=|<|>")
DEEPEST = 50  # nested brackets
LONGEST = 20_000  # characters of one relation

Linear = dict[str, float]  # flux -> coefficient; "" is the constant


@dataclass(frozen=True)
class Relation:
    """lower ≤ Σ coefficient · flux ≤ upper, and where it is written."""

    coefficients: Linear
    lower: float
    upper: float
    where: str

    @property
    def single(self) -> tuple[str, float, float] | None:
        """(flux, lower, upper) if it is about one flux only."""
        if len(self.coefficients) != 1:
            return None
        ((flux, c),) = self.coefficients.items()
        ends = sorted((self.lower / c, self.upper / c))
        return flux, *(e + 0.0 for e in ends)  # no negative zero

    def substituted(self, shares: dict[str, tuple[str, float]]) -> "Relation":
        """With fluxes written as shares of others: {flux: (other, share)}."""
        result: Linear = {}
        for flux, c in self.coefficients.items():
            other, share = shares.get(flux, (flux, 1.0))
            result[other] = result.get(other, 0.0) + c * share
        return replace(self, coefficients={f: c for f, c in result.items() if c})


def parse_relations(text: str, where: str) -> list[Relation]:
    """Relations separated by semicolons, each perhaps with a name and a colon before it."""
    result = []
    for statement in text.split(";"):
        statement = statement.rpartition(":")[2].strip()
        if not statement:
            continue
        place = f"{where}, {' '.join(statement.split())[:60]!r}"
        parts = _RELATION.split(statement)
        if len(parts) != 2 or len(statement) > LONGEST:
            raise InputError(
                f'{place}: expected one "=", "<=" or ">=" between two sums; correct it.'
            )
        left, right = (_Parser(part, place).parse() for part in parts)
        for flux, c in right.items():
            left[flux] = left.get(flux, 0.0) - c
        constant = -left.pop("", 0.0)
        coefficients = {flux: c for flux, c in left.items() if c}
        if not all(abs(c) < 1e300 for c in (*coefficients.values(), constant)):
            raise InputError(f"{place}: a number is too large; correct it.")
        if not coefficients:
            raise InputError(f"{place}: no flux is left in this relation; remove it.")
        sign = _RELATION.search(statement)[0]
        lower = constant if sign in ("=", "==", ">=", ">") else float("-inf")
        upper = constant if sign in ("=", "==", "<=", "<") else float("inf")
        result.append(Relation(coefficients, lower, upper, place))
    return result


class _Parser:
    """Sums, products with numbers, quotients by numbers, and brackets."""

    def __init__(self, text, where):
        self.where, self.tokens, self.depth = where, [], 0
        position = 0
        text = text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise InputError(
                    f"{where}: {text[position:][:20]!r} is not understood; correct it."
                )
            self.tokens.append(match[0].strip())
            position = match.end()
        self.position = 0

    def parse(self) -> Linear:
        value = self.sum()
        if self.position < len(self.tokens):
            self.fail(f"{self.tokens[self.position]!r} is out of place")
        return value

    def fail(self, problem):
        raise InputError(f"{self.where}: {problem}; only linear relations of fluxes are read.")

    def next(self, *words) -> str:
        word = self.tokens[self.position] if self.position < len(self.tokens) else ""
        if word not in words:
            return ""
        self.position += 1
        return word

    def sum(self) -> Linear:
        result: Linear = {}
        sign = self.next("+", "-") or "+"
        while sign:
            factor = -1.0 if sign == "-" else 1.0
            for flux, c in self.product().items():
                result[flux] = result.get(flux, 0.0) + factor * c
            sign = self.next("+", "-")
        return result

    def product(self) -> Linear:
        result = self.atom()
        while word := self.next("*", "/"):
            other = self.atom()
            if word == "*" and not set(result) - {""}:
                result, other = other, result
            constant = other.get("", 0.0)
            if set(other) - {""} or (word == "/" and not constant):
                self.fail(
                    "fluxes are multiplied with each other, or something is divided by 0 or a flux"
                )
            factor = constant if word == "*" else 1 / constant
            result = {flux: c * factor for flux, c in result.items()}
        return result

    def atom(self) -> Linear:
        if self.next("("):
            self.depth += 1
            if self.depth > DEEPEST:
                self.fail("too many nested brackets")
            value = self.sum()
            if not self.next(")"):
                self.fail("a bracket is not closed")
            self.depth -= 1
            return value
        if self.position >= len(self.tokens) or self.tokens[self.position] in tuple("+-*/()"):
            self.fail("a flux or a number is missing")
        word = self.tokens[self.position]
        self.position += 1
        if word[0].isdigit() or word[0] == ".":
            return {"": float(word)}
        return {word: 1.0}
