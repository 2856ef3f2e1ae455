"""Fluxes under the ids of another network, so that posteriors of both can be compared."""

from pathlib import Path

import numpy as np

from ..data import DATA
from ..errors import InputError
from .flux_draws import FluxDraws
from .tables import parse_number, read_table

FLUXES = {"net_flux": True, "exchange_flux": False}  # and whether they have a direction


def rename_fluxes(posterior, ids="toya_core_to_ecoli_genome"):
    """A posterior whose reactions are called as another network calls them.

    posterior: InferenceData of `sample_fluxes`; ids: name of a bundled table, path of a CSV file with the
    columns reaction, called and factor, or {reaction: id, or (id, factor)}. A factor of −1 turns a reaction
    round that the other network writes the other way. Reactions that are not called anything else, by an
    empty cell or none, keep their ids.
    Returns a new InferenceData with the posterior, and the prior and sample statistics where there are any.
    Raises InputError for tables at fault, and two reactions that would be called the same.
    """
    FluxDraws(posterior, where="the posterior")  # raises InputError for what is none
    names = _checked(ids) if hasattr(ids, "items") else read_ids(ids)
    import arviz

    groups = {}
    for group in ("posterior", "prior", "sample_stats"):
        dataset = getattr(posterior, group, None)
        if dataset is not None:
            groups[group] = _renamed(dataset, names) if "reaction" in dataset.dims else dataset
    return arviz.InferenceData(**groups)


def read_ids(name) -> dict[str, tuple[str, float]]:
    """{reaction: (its id in another network, factor)} of a bundled table or a path."""
    bundled = DATA / "flux" / "ids" / f"{name}.csv"
    path = bundled if bundled.is_file() else Path(str(name))
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in bundled.parent.glob("*.csv")))
        raise InputError(
            f"There is no bundled table of ids {str(name)[:100]!r} (there is: {known}); give one of these "
            "names or the path of a CSV file."
        )
    found = {}
    for row in read_table(path, ("reaction", "called"), ("factor",)):
        if row["called"]:
            factor = row["factor"]
            number = parse_number(factor, f'{row.where}, column "factor"') if factor else 1.0
            found[row.text("reaction")] = (row.label("called"), number)
    return _checked(found, str(path))


def _checked(ids, where="ids") -> dict[str, tuple[str, float]]:
    found = {}
    for reaction, called in ids.items():
        name, factor = (called, 1.0) if isinstance(called, str) else called
        if not factor or not np.isfinite(factor):
            raise InputError(f"{where}: the factor of {reaction} is {factor}; give 1 or −1.")
        found[str(reaction)] = (str(name), float(factor))
    return found


def _renamed(dataset, names):
    old = [str(r) for r in dataset["reaction"].values]
    new = [names.get(r, (r, 1.0))[0] for r in old]
    if len(set(new)) < len(new):
        twice = next(r for r in new if new.count(r) > 1)
        both = [o for o, n in zip(old, new) if n == twice]
        raise InputError(
            f"ids: {both[0]} and {both[1]} would both be called {twice}; leave one of them out."
        )
    factors = np.array([names.get(r, (r, 1.0))[1] for r in old])
    kept = {}
    for flux, directed in FLUXES.items():
        if flux in dataset:
            sizes = factors if directed else np.abs(factors)
            along = [1] * dataset[flux].ndim
            along[dataset[flux].dims.index("reaction")] = -1
            kept[flux] = dataset[flux] * sizes.reshape(along)
    result = dataset[list(kept)].assign(kept).assign_coords(reaction=new)
    result.attrs = dict(dataset.attrs)
    return result
