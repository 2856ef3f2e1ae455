"""What every rate law states, and what all of them share.

A rate law here is  v = Vmax · (forward − backward) / denominator  with

    s_i = S_i / Km_i,  p_j = P_j / Km_j                       (scaled concentrations)
    forward  = ∏ s_i^a_i · (forward modifiers)
    backward = ∏ P_j^b_j / (Keq ∏ Km_i^a_i) · (backward modifiers)     (Haldane relation)

so a law is only its orders a, b, its denominator, and the denominator's derivatives.
"""

from typing import ClassVar

from ...errors import InputError


class Mechanism:
    """A rate law. Subclasses set `name` and write `denominator`; the rest has sensible defaults.

    `denominator` is written with loops over reactants and plain arithmetic, so that the same code
    runs on arrays (one column a parameter set) and compiles with Numba for a single set.
    """

    registry: ClassVar[dict[str, type["Mechanism"]]] = {}

    name: ClassVar[str]
    reversible: ClassVar[bool] = True
    n_substrates: ClassVar[int | None] = None  # None: any number
    n_products: ClassVar[int | None] = None
    unit_stoichiometry: ClassVar[bool] = True  # the law holds for coefficients of 1 only
    has_hill_coefficient: ClassVar[bool] = False  # published parameter lists carry one (always 1)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Mechanism.registry[cls.name] = cls

    @staticmethod
    def denominator(s, p, a, b, ds, dp):
        """Value of the denominator; fills `ds` and `dp` with ∂ ln(denominator) / ∂ ln(s or p).

        s, p: scaled concentrations (reactant, …); a, b: stoichiometric coefficients (reactant,);
        ds, dp: arrays shaped like s and p.
        """
        raise NotImplementedError

    @classmethod
    def denominator_formula(cls, substrates, products, a, b) -> str:
        """The denominator as infix text, as exported files contain it.

        substrates, products: texts that stand for the scaled concentrations, operators in
        parentheses; a, b: stoichiometric coefficients. Read off `denominator` itself; only a law
        whose code is more than plain arithmetic has to write its own.
        """
        from ..formula import denominator_formula

        return denominator_formula(cls, substrates, products, a, b)

    @classmethod
    def orders(cls, coefficients) -> tuple[float, ...]:
        """Exponents of the reactants in the numerator."""
        return tuple(1.0 for _ in coefficients)

    @classmethod
    def product_in_rate(cls) -> bool:
        """Whether the products' Km influence the rate."""
        return cls.reversible

    @classmethod
    def roles(cls, n_substrates: int, n_products: int) -> tuple[list[str], list[str]]:
        """Names of the reactants' places in the law, as in `km_substrate1_PFK`."""

        def numbered(word, n, fixed):
            return [word] if fixed == 1 else [f"{word}{i + 1}" for i in range(n)]

        return (
            numbered("substrate", n_substrates, cls.n_substrates),
            numbered("product", n_products, cls.n_products),
        )

    @classmethod
    def check(cls, where: str, substrate_coefficients, product_coefficients) -> None:
        """Raise InputError where the law does not fit a reaction's reactants."""
        for word, fixed, given in (
            ("substrate", cls.n_substrates, substrate_coefficients),
            ("product", cls.n_products, product_coefficients),
        ):
            if fixed is not None and len(given) != fixed:
                raise InputError(
                    f"{where}: mechanism {cls.name!r} takes {fixed} {word}(s), but {len(given)} are "
                    "listed; choose another mechanism or correct the reactants."
                )
        if not len(substrate_coefficients):
            raise InputError(f"{where}: a rate law needs at least one substrate; list one.")
        if cls.unit_stoichiometry:
            for coefficient in (*substrate_coefficients, *product_coefficients):
                if coefficient != 1:
                    raise InputError(
                        f"{where}: mechanism {cls.name!r} holds for stoichiometric coefficients of 1, "
                        f"but {coefficient:g} is listed; use 'convenience' instead."
                    )
