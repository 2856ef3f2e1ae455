"""Reaction equations as people write them: "A + 2 B --> C", "A <==> B", "A -->"."""

from ..errors import InputError

ONE_WAY = ("-->", "->", "→")
BOTH_WAYS = ("<==>", "<=>", "<-->", "<->", "⇌", "↔")


def parse_equation(text: str, where: str):
    """Both sides of an equation, and whether its arrow points both ways.

    Returns (reactants, products, reversible) with sides as lists of (metabolite, coefficient > 0) in the
    order written; a side may be empty. Signs of addition and arrows stand between spaces.
    Raises InputError that says where.
    """
    words = text.split()
    arrows = [i for i, word in enumerate(words) if word in ONE_WAY + BOTH_WAYS]
    if len(arrows) != 1:
        raise InputError(
            f"{where}: the equation {text!r} has {len(arrows)} arrows between spaces, expected one "
            '"-->" or "<==>"; correct it.'
        )
    left, right = words[: arrows[0]], words[arrows[0] + 1 :]
    reversible = words[arrows[0]] in BOTH_WAYS
    sides = [_side(side, text, where) for side in (left, right)]
    if not sides[0] and not sides[1]:
        raise InputError(f"{where}: the equation {text!r} names no metabolite; write some.")
    return *sides, reversible


def _side(words, text, where):
    result = []
    for group in split_at(words, "+") if words else []:
        coefficient, metabolite = (["1"] * (2 - len(group)) + group)[:2]
        try:
            value = float(coefficient)
        except ValueError:
            value = 0.0
        if not 0 < len(group) <= 2 or not 0 < value < float("inf"):
            raise InputError(
                f"{where}: in the equation {text!r}, {' '.join(group)!r} is not a metabolite with a "
                'positive coefficient before it, such as "2 co2_c"; correct it.'
            )
        result.append((check_id(metabolite, "metabolite", where), value))
    return result


def split_at(words: list[str], separator: str) -> list[list[str]]:
    """Words between separators; a separator too many leaves an empty group."""
    groups = [[]]
    for word in words:
        if word == separator:
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def write_equation(reactants, products, reversible: bool) -> str:
    """The equation of two sides of (metabolite, coefficient) pairs as text."""
    left, right = (
        " + ".join(m if c == 1 else f"{float(c)!r} {m}".replace(".0 ", " ") for m, c in side)
        for side in (reactants, products)
    )
    return f"{left} {'<==>' if reversible else '-->'} {right}".strip()


def net_coefficients(reactants, products) -> dict[str, float]:
    """Net coefficient of every metabolite named on either side; zero where both sides cancel."""
    net: dict[str, float] = {}
    for sign, side in ((-1, reactants), (1, products)):
        for metabolite, coefficient in side:
            net[metabolite] = net.get(metabolite, 0.0) + sign * coefficient
    return net


def check_id(identifier, what: str, where: str) -> str:
    """An id as it is, if it is printable text without spaces; InputError otherwise."""
    if (
        not isinstance(identifier, str)
        or not identifier
        or not identifier.isprintable()
        or any(c.isspace() for c in identifier)
    ):
        raise InputError(
            f"{where}: {identifier!r} cannot be the id of a {what}; use printable characters without "
            "spaces."
        )
    return identifier
