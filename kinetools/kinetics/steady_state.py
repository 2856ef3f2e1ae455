"""SteadyState: the fluxes, concentrations and equilibrium constants around which models are sampled."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..data import DATA, find, number, read_table_file
from ..errors import InputError
from .model import KineticModel, dump_records, text_list

VERSION = 1
GAS_CONSTANT = 1.9858775e-3  # kcal/mol/K
LARGEST = 300.0  # |delta_g| in RT; beyond it exp(delta_g/RT) means nothing, the unit is wrong


@dataclass(frozen=True, eq=False)
class SteadyState:
    """A steady state of a kinetic model.

    concentrations: metabolite → µmol/L; fluxes: reaction → mmol/gDW/h; delta_g: reaction → kcal/mol,
    of the reaction as its rate law sees it (`delta_g` of an irreversible reaction is informative).
    """

    id: str
    name: str
    model: str
    temperature: float
    concentrations: "pandas.Series"  # noqa: F821
    fluxes: "pandas.Series"  # noqa: F821
    delta_g: "pandas.Series"  # noqa: F821
    source: tuple[str, ...] = ()
    _path: str = ""

    def __repr__(self):
        return (
            f"SteadyState({self.id!r}: {self.name}; {len(self.concentrations)} concentrations, "
            f"{len(self.fluxes)} fluxes)"
        )

    @property
    def rt(self) -> float:
        """RT in kcal/mol."""
        return GAS_CONSTANT * self.temperature

    @cached_property
    def hash(self) -> str:
        """Fingerprint of the numbers."""
        content = [dict(self.concentrations), dict(self.fluxes), dict(self.delta_g), self.rt]
        text = json.dumps(content, sort_keys=True, default=float)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def k_equilibrium(self, model: KineticModel) -> "pandas.Series":  # noqa: F821
        """Equilibrium constant of each reversible reaction: exp(−ΔG/RT) ∏ c^n over what its law sees.

        Concentrations in µmol/L, small molecules (H⁺) included.
        """
        import pandas as pd

        values = {}
        for reaction in model.reactions:
            if reaction.law.reversible:
                log_ratio = sum(
                    n * np.log(self.concentrations[m]) for m, n in rate_law_orders(reaction)
                )
                values[reaction.id] = np.exp(log_ratio - self.delta_g[reaction.id] / self.rt)
        return pd.Series(values, name="k_equilibrium")

    def to_dict(self) -> dict:
        """The state as the content of its JSON file."""
        return {
            "format": "kinetools steady state",
            "version": VERSION,
            "id": self.id,
            "name": self.name,
            "model": self.model,
            "source": list(self.source),
            "temperature_K": self.temperature,
            "units": {
                "concentrations": "umol/L",
                "fluxes": "mmol/gDW/h",
                "delta_g": "kcal/mol",
            },
            "concentrations": {k: float(v) for k, v in self.concentrations.items()},
            "fluxes": {k: float(v) for k, v in self.fluxes.items()},
            "delta_g": {k: float(v) for k, v in self.delta_g.items()},
        }


def rate_law_orders(reaction) -> list[tuple[str, float]]:
    """(metabolite, order) of the displacement from equilibrium of a reversible reaction.

    The ratio of backward to forward rate is ∏ c^order / Keq.
    """
    law = reaction.law
    orders = []
    for sign, side in ((-1, reaction.substrates), (1, reaction.products)):
        exponents = law.orders([c for _, c in side])
        orders += [(m, sign * n) for (m, _), n in zip(side, exponents, strict=True)]
    orders += [(m.metabolite, m.backward_order - m.forward_order) for m in reaction.modifiers]
    return orders


def load_steady_state(name, physiology: int | None = None) -> SteadyState:
    """Read a steady state: a bundled model's name and a physiology, or the path of a JSON/YAML file.

    Raises InputError naming the file and the entry at fault.
    """
    if physiology is not None:
        if isinstance(physiology, bool) or not isinstance(physiology, (int, np.integer)):
            raise InputError(f"physiology must be a whole number, found {physiology!r}.")
        name = f"{name}_physiology_{physiology}"
    elif isinstance(name, str) and list((DATA / "steady_states").glob(f"{name}_physiology_*.json")):
        raise InputError(f"{name!r} has several steady states; choose one with physiology=1, say.")
    path = find("steady_states", name)
    return steady_state_from_dict(read_table_file(path, "steady state", VERSION), str(path))


def steady_state_from_dict(content: dict, where: str = "steady state") -> SteadyState:
    """A steady state from the content of its file; see docs/file_formats.md."""
    import pandas as pd

    tables = {}
    for key, positive in (("concentrations", True), ("fluxes", False), ("delta_g", False)):
        table = content.get(key)
        if not isinstance(table, dict) or not table:
            raise InputError(f'{where}: needs a table "{key}" of id → number.')
        tables[key] = pd.Series(
            {k: number(v, f"{where}: {key} of {k!r}", positive=positive) for k, v in table.items()},
            name=key,
        )
    return SteadyState(
        id=str(content.get("id") or Path(where).stem),
        name=str(content.get("name") or Path(where).stem),
        model=str(content.get("model") or ""),
        temperature=number(content.get("temperature_K"), f"{where}: temperature_K", positive=True),
        source=text_list(content, "source", where),
        _path=where,
        **tables,
    )


def save_steady_state(state: SteadyState, path) -> Path:
    """Write a steady state as a JSON file that `load_steady_state` reads."""
    from ..store import write_text

    return write_text(path, dump_records(state.to_dict()))


def check_steady_state(model: KineticModel, state: SteadyState, tolerance: float = 1e-6) -> None:
    """Raise InputError unless the state belongs to the model, balances, and obeys thermodynamics.

    tolerance: largest |N·v| of a metabolite, relative to the sum of what produces and consumes it.
    """
    where = state._path or f"steady state {state.id!r}"
    for what, given, expected in (
        ("concentration of metabolite", state.concentrations.index, model.metabolite_ids),
        ("flux of reaction", state.fluxes.index, model.reaction_ids),
        ("delta_g of reaction", state.delta_g.index, _reversible(model)),
    ):
        missing = [i for i in expected if i not in given]
        if missing:
            raise InputError(
                f"{where}: has no {what} {missing[0]!r}"
                + (f" (and {len(missing) - 1} more)" if len(missing) > 1 else "")
                + f", which model {model.id!r} needs; add it."
            )
    for what, given, expected in (
        ("concentration of metabolite", state.concentrations.index, model.metabolite_ids),
        ("flux of reaction", state.fluxes.index, model.reaction_ids),
        ("delta_g of reaction", state.delta_g.index, model.reaction_ids),
    ):
        extra = [i for i in given if i not in set(expected)]
        if extra:
            raise InputError(
                f"{where}: gives a {what} {extra[0]!r}, which model {model.id!r} does not have; "
                "correct the id or remove it."
            )
    _check_balance(model, state, where, tolerance)
    _check_directions(model, state, where)


def _reversible(model):
    return [r.id for r in model.reactions if r.law.reversible]


def _check_balance(model, state, where, tolerance):
    network = model.network
    rates = (
        network.stoichiometry[network.dynamic] * state.fluxes[list(model.reaction_ids)].to_numpy()
    )
    turnover = np.abs(rates).sum(axis=1)
    imbalance = np.abs(rates.sum(axis=1))
    bad = np.flatnonzero(imbalance > tolerance * np.maximum(turnover, 1e-300))
    if len(bad):
        worst = bad[np.argmax(imbalance[bad] / turnover[bad])]
        raise InputError(
            f"{where}: fluxes do not balance for metabolite {network.dynamic_metabolites[worst]!r} "
            f"(net {rates[worst].sum():.3g} of {turnover[worst]:.3g} mmol/gDW/h turned over); "
            "a steady state needs N·v = 0."
        )


def _check_directions(model, state, where):
    for reaction in model.reactions:
        flux = state.fluxes[reaction.id]
        energy = state.delta_g.get(reaction.id, -np.inf)
        if not reaction.law.reversible and flux < 0:
            raise InputError(
                f"{where}: reaction {reaction.id!r} has mechanism {reaction.mechanism!r} and cannot "
                f"carry the negative flux {flux:.4g}; turn it around or choose a reversible mechanism."
            )
        if reaction.law.reversible and not 0 < abs(energy) / state.rt < LARGEST:
            raise InputError(
                f"{where}: delta_g of reaction {reaction.id!r} is {energy:.4g} kcal/mol, but it must "
                f"lie within ±{LARGEST:g} RT and not be 0 (at equilibrium no Vmax follows from a "
                "flux); correct it."
            )
        if flux * energy > 0:
            raise InputError(
                f"{where}: flux {flux:.4g} mmol/gDW/h of reaction {reaction.id!r} contradicts its "
                f"delta_g of {energy:.4g} kcal/mol; they must have opposite signs."
            )
