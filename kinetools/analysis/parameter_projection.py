"""Principal component analysis of parameter sets, on ln Km."""

import json

import numpy as np

from ..data import whole_number
from ..kinetics.parameter_sets import add_history, provenance
from .ln_km import chosen_parameters, known_by_set, ln_km_blocks, with_sets
from .principal_axes import Moments, PrincipalComponents, component_coordinate, fit_axes, origin


def fit_parameter_pca(sets, *, parameters=None, n_components: int | None = None):
    """Fit principal components to ln Km of parameter sets.

    sets: dataset with km(set, parameter) in µmol/L; parameters: names of those to use (default: all that
    occur in their rate laws); n_components: how many to keep (default: all). Returns a `ParameterPCA`.
    All of ln Km has one unit and, sampled freely, one spread, so it is not standardised. Exact, in
    the memory of one block of sets. Raises InputError for fewer than two sets, a Michaelis constant that
    is not positive and finite, unknown parameters and too many components.
    """
    names = chosen_parameters(sets, parameters)
    if n_components is not None:
        n_components = whole_number(n_components, "n_components", 1)
    moments = Moments(len(names))
    for _, values in ln_km_blocks(sets, names):
        moments.add(values)
    dataset = fit_axes(moments, np.ones(len(names)), names, "parameter", n_components, moments.n)
    settings = {"parameters": names, "n_components": n_components}
    dataset.attrs |= {
        "format": f"kinetools {ParameterPCA.kind}",
        **origin(sets),
        "history": json.dumps(add_history(sets, provenance("fit_parameter_pca", settings))),
    }
    return ParameterPCA(dataset)


def load_parameter_pca(path) -> "ParameterPCA":
    """A fit written by `ParameterPCA.save`. Raises InputError for any other file."""
    return ParameterPCA.load(path)


class ParameterPCA(PrincipalComponents):
    """Principal components of ln Km, as `fit_parameter_pca` returns them.

    `loadings` (parameter × component), `mean` (of ln Km, Km in µmol/L, by parameter),
    `explained_variance_ratio` (component,).
    """

    dim, kind = "parameter", "parameter PCA"

    def transform(self, sets):
        """Scores of parameter sets, of those of the fit or others of the same model.

        sets: dataset with the parameters of the fit, in any order, further ones being ignored. Returns an
        `xarray.Dataset` with score(set, component); what is known of each set (label, eigenvalue_max, …)
        comes along. Raises InputError for sets that lack a parameter of the fit, and for a Michaelis
        constant that is not positive and finite.
        """
        names = chosen_parameters(sets, self.dataset["parameter"].values.tolist())
        score = np.empty((with_sets(sets).sizes["set"], self.n_components))
        for start, values in ln_km_blocks(sets, names):
            score[start : start + len(values)] = self._scores(values)
        result = known_by_set(sets).assign_coords(component_coordinate(self.n_components))
        attrs = {"long_name": "score along the principal component", "units": "1"}
        result["score"] = (("set", "component"), score, attrs)
        result["explained_variance_ratio"] = self.dataset["explained_variance_ratio"].variable
        result.attrs = {k: v for k, v in sets.attrs.items() if k != "format"}
        step = provenance("ParameterPCA.transform", {})
        result.attrs["history"] = json.dumps(add_history(sets, step))
        return result
