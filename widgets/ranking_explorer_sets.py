"""The labelled sets of a RankingExplorer: two populations, and what is computed from them."""

import numpy as np

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.parameter_sets import check_belongs
from kinetools.kinetics.rules import CLASSES

from .axes import grouped
from .label_explorer_view import slowest_allowed

RELEVANT, UNSTABLE = CLASSES[0], CLASSES[2]
CONTROL_SETS = 1000  # stable sets whose slowest eigenvalue is differentiated
BINS, FEWEST_A_BIN = 10, 20


class RankedSets:
    """Relevant sets and the rest of a labelled dataset.

    sets: the dataset with km and what is known of each set, in memory; relevant: (set,) bool; rule: what
    is relevant, given or the one the sets were labelled with. Raises InputError for sets without labels.
    """

    def __init__(self, model, state, sets, rule=None):
        _check_labelled(sets)
        check_belongs(model, state, sets)
        self.model, self.state = model, state
        self.rule = _own_rule(sets) if rule is None else rule
        if rule is not None:
            sets = kt.relabel(sets, rule)
        known = [name for name, v in sets.data_vars.items() if v.dims == ("set",)]
        # In memory, since every parameter that is looked at is a column of all sets.
        self.sets = sets[["km", *known]].compute()
        self.labels = self.sets["label"].values
        self.relevant = self.labels == RELEVANT

    @property
    def populations(self):
        """The relevant sets, and the rest."""
        return tuple(
            self.sets.isel(set=np.flatnonzero(which)) for which in (self.relevant, ~self.relevant)
        )

    @property
    def nothing_to_rank(self) -> str:
        """Why the sets cannot be ranked, as a sentence; empty where they can."""
        n, total = int(self.relevant.sum()), len(self.relevant)
        if min(n, total - n) > 1:
            return ""
        if total and n in (0, total):
            found = f"{'All' if n else 'None'} of the {grouped(total)} sets {'are' if n else 'is'}"
        else:
            found = f"{grouped(n)} of {grouped(total)} sets {'is' if n == 1 else 'are'}"
        return (
            f"{found} relevant, but a ranking compares at least two relevant sets with two others. "
            "Choose another rule, or give sets of both kinds."
        )

    @property
    def threshold(self) -> float | None:
        """The largest λ_max that the rule allows, in 1/h, if it has such a condition."""
        return slowest_allowed(self.rule)

    @property
    def told(self) -> str:
        """The sets in words."""
        return f"{grouped(len(self.relevant))} labelled sets"

    def first_unstable(self, n: int):
        """The first n unstable sets, or all there are."""
        return self.sets.isel(set=np.flatnonzero(self.labels == UNSTABLE)[:n])

    def ln_km(self, parameter: str) -> tuple[np.ndarray, np.ndarray]:
        """ln Km of the relevant sets and of the rest, Km in µmol/L, each (set,)."""
        values = np.log(self.sets["km"].sel(parameter=parameter).values)
        return values[self.relevant], values[~self.relevant]

    def control(self):
        """Ranking by control analysis of the first 1000 stable sets, or a sentence why there is none."""
        stable = np.flatnonzero(self.labels != UNSTABLE)[:CONTROL_SETS]
        if len(stable) < 2:
            return "Control analysis needs at least two stable sets."
        return kt.rank_by_control(self.model, self.state, self.sets.isel(set=stable))

    def spectra(self, parameter: str):
        """Spectra of the sets by bin of a parameter, or a sentence that says why there are none."""
        n_sets = self.sets.sizes["set"]
        bins = min(BINS, n_sets // FEWEST_A_BIN)
        if bins < 2:
            return f"{n_sets} sets are too few for bins: sample fresh ones"
        try:
            return kt.binned_spectra(self.model, self.state, parameter, self.sets, bins=bins)
        except InputError as error:
            return str(error)

    def fresh_spectra(self, parameter: str, n_sets: int, seed: int, progress):
        """The same of newly drawn sets, labelled by the rule; progress(done, total) may raise to stop."""
        options = {"n_sets": n_sets, "bins": BINS, "rule": self.rule, "seed": seed}
        return kt.binned_spectra(self.model, self.state, parameter, progress=progress, **options)


def _check_labelled(sets):
    missing = [name for name in ("km", "label", "eigenvalue_max") if name not in sets]
    if missing:
        raise InputError(
            f"the sets have no {missing[0]}; give sets labelled by label_parameters(model, state, sets)."
        )


def _own_rule(sets):
    """The rule that sets were labelled with."""
    if "label_rule" not in sets.attrs and "label_rule_text" in sets.attrs:
        raise InputError(
            f"the sets were labelled by a Python function ({sets.attrs['label_rule_text']}), which is "
            "not kept with them; give it again as rule=."
        )
    return kt.label_rule(sets) if "label_rule" in sets.attrs else kt.LabelRule()
