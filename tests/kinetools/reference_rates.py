"""Kinetic models computed the plain way, to compare kinetools with: one set, one reaction at a time.

Written from the rate laws themselves and from the JSON files; nothing of kinetools is used. Numbers may
be complex, so that derivatives come from complex steps and are exact to the last digits.
"""

import json
from pathlib import Path

import numpy as np
from scipy.linalg import null_space, orth

DATA = Path(__file__).resolve().parents[2] / "data"
GAS_CONSTANT = 1.9858775e-3  # kcal/mol/K


def read_model(name="ecoli") -> dict:
    """The model file's content."""
    return json.loads((DATA / "models" / f"{name}.json").read_text(encoding="utf-8"))


def read_state(physiology: int) -> dict:
    """A steady state file's content."""
    path = DATA / "steady_states" / f"ecoli_physiology_{physiology}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def is_reversible(reaction) -> bool:
    """Whether the rate law has a backward rate."""
    return reaction["mechanism"] != "irreversible_michaelis_menten"


def exponents(reaction, side) -> list[float]:
    """Exponents of the reactants in the numerator."""
    powers = reaction["mechanism"] == "convenience"
    return [coefficient if powers else 1 for _, coefficient in reaction[side]]


def stoichiometry(reaction) -> dict[str, float]:
    """Coefficients in the mass balance, small molecules included."""
    net: dict[str, float] = {}
    for side, sign in (("substrates", -1), ("products", 1)):
        for metabolite, coefficient in reaction[side]:
            net[metabolite] = net.get(metabolite, 0) + sign * coefficient
    for modifier in reaction["modifiers"]:
        name = modifier["metabolite"]
        net[name] = net.get(name, 0) + modifier["stoichiometry"]
    return net


def modifier_factors(reaction, concentrations) -> tuple[complex, complex]:
    """What small molecules multiply the forward and the backward rate by."""
    forward = backward = 1.0
    for modifier in reaction["modifiers"]:
        n, h = modifier["stoichiometry"], concentrations[modifier["metabolite"]]
        if modifier["kind"] == "first_order" and n < 0:
            forward *= h ** abs(n)
        elif is_reversible(reaction):
            backward *= h**n
    return forward, backward


def km_names(reaction) -> tuple[list[str], list[str]]:
    """Names of the Km of the substrates and of the products."""
    single = {
        "reversible_michaelis_menten": (True, True),
        "uni_bi_reversible_hill": (True, False),
        "bi_uni_reversible_hill": (False, True),
    }.get(reaction["mechanism"], (False, False))
    names = []
    for side, word, alone in zip(
        ("substrates", "products"), ("substrate", "product"), single, strict=True
    ):
        count = len(reaction[side])
        roles = [word] if alone else [f"{word}{i + 1}" for i in range(count)]
        names.append([f"km_{role}_{reaction['id']}" for role in roles])
    return names[0], names[1]


def denominator(mechanism, s, p, a, b):
    """The denominators of the rate laws, from scaled concentrations and coefficients."""
    if mechanism == "reversible_michaelis_menten":
        return 1 + s[0] + p[0]
    if mechanism == "uni_bi_reversible_hill":
        return 1 + s[0] + p[0] + p[1] + p[0] * p[1]
    if mechanism == "bi_uni_reversible_hill":
        return 1 + p[0] + s[0] + s[1] + s[0] * s[1]
    if mechanism == "convenience":
        left = np.prod([sum(x**k for k in range(n + 1)) for x, n in zip(s, a, strict=True)])
        right = np.prod([sum(x**k for k in range(n + 1)) for x, n in zip(p, b, strict=True)])
        return left + right - 1
    if mechanism == "generalized_reversible_hill":
        pairs = max(len(s), len(p))
        s, p = [*s, *[0] * (pairs - len(s))], [*p, *[0] * (pairs - len(p))]
        return np.prod([1 + x + y for x, y in zip(s, p, strict=True)])
    if mechanism == "irreversible_michaelis_menten":
        return np.prod([1 + x for x in s])
    raise NotImplementedError(mechanism)


def relative_rate(reaction, concentrations, km: dict, k_equilibrium):
    """v/Vmax of one reaction."""
    s_names, p_names = km_names(reaction)
    s = [
        concentrations[m] / km[k] for (m, _), k in zip(reaction["substrates"], s_names, strict=True)
    ]
    p = [concentrations[m] / km[k] for (m, _), k in zip(reaction["products"], p_names, strict=True)]
    forward = np.prod([x**n for x, n in zip(s, exponents(reaction, "substrates"), strict=True)])
    backward = 0.0
    if is_reversible(reaction):
        amounts = [
            concentrations[m] ** n
            for (m, _), n in zip(reaction["products"], exponents(reaction, "products"), strict=True)
        ]
        scale = [
            km[k] ** n for k, n in zip(s_names, exponents(reaction, "substrates"), strict=True)
        ]
        backward = np.prod(amounts) / (k_equilibrium * np.prod(scale))
    with_forward, with_backward = modifier_factors(reaction, concentrations)
    a, b = ([int(c) for _, c in reaction[side]] for side in ("substrates", "products"))
    below = denominator(reaction["mechanism"], s, p, a, b)
    return (forward * with_forward - backward * with_backward) / below


def unit_columns(matrix) -> np.ndarray:
    """The columns scaled to length 1, but those of reactions among boundary metabolites only."""
    norms = np.linalg.norm(matrix, axis=0)
    return matrix / np.where(norms > 0, norms, 1)


class ReferenceModel:
    """A model around a steady state, for one parameter set at a time."""

    def __init__(self, model: dict, state: dict):
        self.reactions, self.state = model["reactions"], state
        self.concentrations = state["concentrations"]
        self.rt = GAS_CONSTANT * state["temperature_K"]
        cell = model["cell"]
        self.flux_to_rate = 1e3 * cell["dry_weight_fraction"] * cell["density_g_per_l"]
        self.dynamic = [m["id"] for m in model["metabolites"] if not m["boundary"]]
        index = {m: i for i, m in enumerate(self.dynamic)}
        self.stoichiometry = np.zeros((len(self.dynamic), len(self.reactions)))
        for j, reaction in enumerate(self.reactions):
            for metabolite, coefficient in stoichiometry(reaction).items():
                if metabolite in index:
                    self.stoichiometry[index[metabolite], j] += coefficient
        self.k_equilibrium = {r["id"]: self._k_equilibrium(r) for r in self.reactions}

    def _k_equilibrium(self, reaction):
        if not is_reversible(reaction):
            return None
        log = -self.state["delta_g"][reaction["id"]] / self.rt
        for side, sign in (("substrates", -1), ("products", 1)):
            for (metabolite, _), n in zip(reaction[side], exponents(reaction, side), strict=True):
                log += sign * n * np.log(self.concentrations[metabolite])
        for modifier in reaction["modifiers"]:
            log += modifier["stoichiometry"] * np.log(self.concentrations[modifier["metabolite"]])
        return np.exp(log)

    def vmax(self, km: dict) -> np.ndarray:
        """Vmax (reaction,) in µmol/L/h that give the reference fluxes."""
        return np.array(
            [
                self.state["fluxes"][r["id"]]
                * self.flux_to_rate
                / relative_rate(r, self.concentrations, km, self.k_equilibrium[r["id"]])
                for r in self.reactions
            ]
        )

    def rates(self, km: dict, vmax, concentrations) -> np.ndarray:
        """Rates (reaction,) in µmol/L/h at any concentrations (a full dict, possibly complex)."""
        return np.array(
            [
                v * relative_rate(r, concentrations, km, self.k_equilibrium[r["id"]])
                for v, r in zip(vmax, self.reactions, strict=True)
            ]
        )

    def jacobian(self, km: dict) -> np.ndarray:
        """∂(dx/dt)/∂ln x of all dynamic metabolites by complex steps, 1/h times µmol/L."""
        vmax, step = self.vmax(km), 1e-30
        columns = []
        for metabolite in self.dynamic:
            shifted = dict(self.concentrations)
            shifted[metabolite] = shifted[metabolite] * (1 + 1j * step)
            columns.append(self.stoichiometry @ self.rates(km, vmax, shifted).imag / step)
        return np.array(columns).T

    def spectrum(self, km: dict) -> np.ndarray:
        """Eigenvalues on the space that the conserved moieties leave free, largest real part first.

        In log coordinates y = ln x the motion stays in the range of D = diag(1/x)·N, whatever the
        dependent metabolites are: with an orthonormal basis U of it, dy/dt = U·z, ż = Uᵀ·J·U·z.
        """
        x = np.array([self.concentrations[m] for m in self.dynamic])
        scaled = self.stoichiometry / x[:, None]
        basis = orth(unit_columns(scaled), rcond=1e-11)
        values = np.linalg.eigvals(basis.T @ (self.jacobian(km) / x[:, None]) @ basis)
        return values[np.lexsort((-values.imag, -values.real))]

    def moieties(self) -> np.ndarray:
        """An orthonormal basis (moiety, metabolite) of the conserved sums."""
        return null_space(unit_columns(self.stoichiometry).T, rcond=1e-11).T
