"""How the slowest eigenvalue is distributed in bins of one Michaelis constant."""

import difflib

import numpy as np

from ..data import whole_number
from ..errors import InputError
from ..kinetics.labels import codes, label_chunk
from ..kinetics.model import KineticModel
from ..kinetics.oracle import km_ranges, sample_chunk
from ..kinetics.parameter_sets import (
    CHUNK,
    build,
    check_belongs,
    check_positive,
    km_array,
    linearise,
)
from ..kinetics.rules import CLASSES, LabelRule, checked_rule
from ..kinetics.spectra import count, km_chunk
from ..kinetics.steady_state import SteadyState
from ..run import chunks, worker_count
from ..streaming import InMemory, fill

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STEP = 0.1  # of asinh(λ/scale): a tenth of the scale near zero, a tenth of λ far from it


def binned_spectra(
    model: KineticModel,
    state: SteadyState,
    parameter: str,
    sets=None,
    n_sets: int = 100_000,
    bins: int = 10,
    *,
    rule: LabelRule | None = None,
    seed: int = 0,
    progress=True,
    workers: int | None = None,
):
    """Distribution of λ_max in bins of one Michaelis constant that hold equally many sets.

    sets: dataset of any population (labels or λ_max that it has are used, its spectra are computed
    otherwise), or None to draw n_sets with `seed` as `sample_parameters` does; rule: what is relevant
    (default: what the labels of the given sets say, or stable and Re λ_max < −9 /h). Sets are computed
    in chunks, and only ln Km, λ_max and class of each are kept.

    Returns an `xarray.Dataset`: ln_km_edge (of the bins, Km in µmol/L), ln_km (median in each bin),
    n_sets, share_stable, share_relevant, eigenvalue_mean and eigenvalue_quantile (1/h; 5, 25, 50, 75 and
    95 %), histogram (bin, eigenvalue_bin): number of sets on an axis that all bins share, with edges
    eigenvalue_edge (1/h) equally spaced in asinh(λ/scale), zero among them, where the scale is the power
    of ten nearest the median |λ_max| (attrs). Raises InputError for an unknown parameter, sets that do
    not belong to the model and state, and fewer sets than bins. Source: Choudhury et al. 2022, Fig. 3d, e.
    """

    linearisation = linearise(model, state)
    names = list(model.parameter_names)
    if parameter not in names:
        near = difflib.get_close_matches(str(parameter), names, 1)
        hint = f"did you mean {near[0]!r}?" if near else "model.parameter_names lists them."
        raise InputError(f"{parameter!r} is no Michaelis constant of model {model.id!r}; {hint}")
    rule = rule if rule is None else checked_rule(rule)
    bins, workers = whole_number(bins, "bins", 1), worker_count(workers)
    if sets is None:
        n_sets, seed = whole_number(n_sets, "n_sets", 1), whole_number(seed, "seed", 0)
    else:
        _check(model, state, sets)
        n_sets = count(sets)
    if n_sets < bins:
        raise InputError(f"{n_sets} sets do not fill {bins} bins; give more sets or fewer bins.")
    if sets is not None and "eigenvalue_max" in sets:
        known = _labelled(sets, parameter, rule)
    else:
        rule = checked_rule(rule)
        column = names.index(parameter)
        known = _computed(linearisation, sets, n_sets, column, rule, seed, progress, workers)
    described = model.parameters[names.index(parameter)]
    text = (
        str(rule) if rule is not None else sets.attrs.get("label_rule_text", "labels of the sets")
    )
    result = _by_bin(**known, bins=bins)
    result.attrs |= {
        "parameter": parameter,
        "reaction": described.reaction,
        "metabolite": described.metabolite,
        "model": model.id,
        "model_hash": model.hash,
        "state": state.id,
        "state_hash": state.hash,
        "rule": text,
        "sets": f"{n_sets} given sets" if sets is not None else f"{n_sets} samples, seed {seed}",
    }
    return result


def _check(model, state, sets):
    import xarray

    if not isinstance(sets, xarray.Dataset) or "km" not in sets:
        raise InputError(
            f"sets must be a dataset of parameter sets, found {type(sets).__name__}; make one with "
            "parameter_sets(model, state, km)."
        )
    if set(sets["km"].dims) != {"set", "parameter"}:
        raise InputError(
            f"km has the dimensions {sets['km'].dims}, but (set, parameter) is needed."
        )
    check_belongs(model, state, sets)
    km_array(model, sets.isel(set=slice(0, 0)))  # names of the parameters


def _labelled(sets, parameter, rule) -> dict:
    """What is known of sets whose λ_max is known: ln Km, λ_max and class, each (set,)."""
    km = sets["km"].sel(parameter=[parameter]).transpose("set", "parameter").values
    check_positive(km, [parameter], sets["set"].values)
    slowest = sets["eigenvalue_max"].values.astype(float)
    if not np.isfinite(slowest).all():
        raise InputError(
            f"set {sets['set'].values[~np.isfinite(slowest)][0]}: eigenvalue_max is not finite; label "
            "the sets again with label_parameters."
        )
    if rule is None and "label" in sets:
        labels = sets["label"].values
    else:
        labels = checked_rule(rule).classify(sets)
    return {"ln_km": np.log(km[:, 0]), "eigenvalue_max": slowest, "label": codes(labels)}


def _computed(linearisation, sets, n_sets, column, rule, seed, progress, workers) -> dict:
    """The same of sets whose spectra are computed; of new samples if there are no sets."""
    model, state = linearisation.model, linearisation.state
    pieces = chunks(n_sets, CHUNK)
    empty = np.empty((0, len(model.parameters))), np.empty((0, len(model.reactions)))
    rule.check(build(model, state, *empty, []) if sets is None else sets)
    target = InMemory(
        {
            name: (("set",), (n_sets,), np.dtype(dtype), {})
            for name, dtype in (("ln_km", float), ("eigenvalue_max", float), ("label", np.int8))
        }
    )
    ranges = km_ranges(model, None)

    def arguments(i):
        start, stop = pieces[i]
        if sets is None:
            return linearisation, (seed, ranges, i, stop - start)
        return linearisation, km_chunk(linearisation, sets, start, stop)

    def keep(start, stop, part):
        km, vmax, spectral = part
        if sets is None:
            piece = build(model, state, km, vmax, [])
        else:
            piece = sets.isel(set=slice(start, stop))
        labels = rule.classify(piece.assign({n: ("set", v) for n, v in spectral.items()}))
        return {
            "ln_km": np.log(km[:, column]),
            "eigenvalue_max": spectral["eigenvalue_max"],
            "label": codes(labels),
        }

    fill(
        target,
        pieces,
        _chunk,
        arguments,
        keep,
        description="spectra",
        progress=progress,
        workers=workers,
        client=None,
    )
    return target.arrays


def _chunk(linearisation, given):
    """km, Vmax (None for given km) and spectral quantities of given km, or of samples to be drawn."""
    km, vmax = sample_chunk(linearisation, *given) if isinstance(given, tuple) else (given, None)
    return km, vmax, label_chunk(linearisation, km)


def _by_bin(ln_km, eigenvalue_max, label, bins):
    """The dataset by bin from ln Km, λ_max in 1/h and class of every set, each (set,)."""
    import xarray

    edges = np.quantile(ln_km, np.linspace(0, 1, bins + 1))
    if bins > 1 and edges[0] == edges[-1]:
        raise InputError("all sets have the same value of this parameter; choose another one.")
    place = np.searchsorted(edges[1:-1], ln_km, side="right")
    scale = _scale(eigenvalue_max)
    steps = np.arcsinh(eigenvalue_max / scale) / STEP
    first, last = int(np.floor(steps.min())), int(np.floor(steps.max())) + 1
    axis = scale * np.sinh(STEP * np.arange(first, last + 1))
    height = np.clip(np.searchsorted(axis, eigenvalue_max, side="right") - 1, 0, last - first - 1)
    flat = np.bincount(place * (last - first) + height, minlength=bins * (last - first))
    members = [np.flatnonzero(place == b) for b in range(bins)]

    def each(function, values):
        """A function of the values in each bin; NaN for bins that ties leave empty."""
        known = {b: function(values[m]) for b, m in enumerate(members) if len(m)}
        result = np.full((bins, *np.shape(known[place[0]])), np.nan)
        for b, value in known.items():
            result[b] = value
        return result

    stable, relevant = (eigenvalue_max < 0).astype(float), (label == CLASSES.index("relevant"))
    variables = {
        "n_sets": ("bin", [len(m) for m in members], "number of sets", "1"),
        "histogram": (
            ("bin", "eigenvalue_bin"),
            flat.reshape(bins, -1),
            "number of sets by bin and λ_max",
            "1",
        ),
        "eigenvalue_mean": ("bin", each(np.mean, eigenvalue_max), "mean of λ_max", "1/h"),
        "eigenvalue_quantile": (
            ("bin", "quantile"),
            each(lambda v: np.quantile(v, QUANTILES), eigenvalue_max),
            "quantiles of λ_max",
            "1/h",
        ),
        "share_stable": ("bin", each(np.mean, stable), "share of sets with λ_max < 0", "1"),
        "share_relevant": ("bin", each(np.mean, relevant), "share of relevant sets", "1"),
    }
    centres = scale * np.sinh(STEP * (np.arange(first, last) + 0.5))
    coordinates = {
        "bin": ("bin", np.arange(bins), "bin of ln Km", "1"),
        "ln_km_edge": ("ln_km_edge", edges, "edges of the bins of ln Km (Km in umol/L)", "1"),
        "ln_km": ("bin", each(np.median, ln_km), "median of ln Km (Km in umol/L)", "1"),
        "eigenvalue_bin": ("eigenvalue_bin", centres, "middle of the bin of λ_max", "1/h"),
        "eigenvalue_edge": ("eigenvalue_edge", axis, "edges of the bins of λ_max", "1/h"),
        "quantile": ("quantile", list(QUANTILES), "share of sets below", "1"),
    }
    variables, coordinates = (
        {n: (d, v, {"long_name": text, "units": unit}) for n, (d, v, text, unit) in given.items()}
        for given in (variables, coordinates)
    )
    return xarray.Dataset(variables, coordinates, {"eigenvalue_scale": scale})


def _scale(eigenvalue_max) -> float:
    """The power of ten nearest the median |λ_max|."""
    middle = np.median(np.abs(eigenvalue_max))
    return float(10.0 ** np.round(np.log10(middle))) if middle > 0 else 1.0
