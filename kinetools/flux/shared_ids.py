"""Fluxes under the ids of another network, so that posteriors of both can be compared."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..data import find, number
from ..errors import InputError
from ..names import by_name, missing
from .flux_draws import FluxDraws
from .flux_model import near
from .tables import parse_number, read_table

FLUXES = {"net_flux": True, "exchange_flux": False}  # and whether they have a direction


def rename_fluxes(posterior, ids="toya_core_to_ecoli_genome"):
    """A posterior whose reactions are called as another network calls them.

    posterior: of `sample_fluxes`; ids: name of a bundled table, path of a CSV file with the columns
    reaction, called and factor, or {reaction: id, or (id, factor)}. A factor of −1 turns a reaction
    round that the other network writes the other way. Reactions that are not called anything else, by an
    empty cell or none, keep their ids.
    Returns a new InferenceData with the posterior, and the prior and sample statistics where there are any.
    Raises InputError for tables at fault, ids that the posterior does not have (of a table: where it has
    none of them), and two reactions that would be called the same.
    """
    import pandas as pd

    known = FluxDraws(posterior).reactions  # raises InputError for what is no posterior
    by_hand = isinstance(ids, (Mapping, pd.Series))
    names = _checked(by_name(ids, "ids"), "ids") if by_hand else read_ids(ids)
    unknown = [r for r in names if r not in known]
    if unknown and (by_hand or len(unknown) == len(names)):
        raise InputError(
            f"ids: the posterior has no reaction {unknown[0]!r}; {near(unknown[0], known)}"
        )
    import arviz

    groups = {"posterior": _renamed(getattr(posterior, "posterior", posterior), names)}
    for group in ("prior", "sample_stats"):
        dataset = getattr(posterior, group, None)
        if dataset is not None:
            groups[group] = _renamed(dataset, names) if "reaction" in dataset.dims else dataset
    return arviz.InferenceData(**groups)


def read_ids(name) -> dict[str, tuple[str, float]]:
    """{reaction: (its id in another network, factor)} of a bundled table or a path."""
    if not isinstance(name, (str, Path)):
        raise InputError(
            "ids: expected the name or path of a table, or {reaction: id}, found a "
            f"{type(name).__name__}."
        )
    path, found = find("flux/ids", name, ".csv"), {}
    for row in read_table(path, ("reaction", "called"), ("factor",)):
        reaction, factor = row.text("reaction"), row["factor"]
        if reaction in found:
            raise InputError(f"{row.where}: {reaction} stands there twice; keep one row of it.")
        size = parse_number(factor, f'{row.where}, column "factor"') if factor else 1.0
        found[reaction] = row.label("called") if row["called"] else "", size
    return _checked({r: known for r, known in found.items() if known != ("", 1.0)}, str(path))


def _checked(ids, where) -> dict[str, tuple[str, float]]:
    """{reaction: (id, factor)}, the id its own where none is given."""
    found = {}
    for reaction, called in ids.items():
        pair = isinstance(called, (tuple, list)) and len(called) == 2
        name, factor = called if pair else (called, 1.0)
        name = None if missing(name) else name
        if not isinstance(name, str | None):
            raise InputError(
                f"{where}: {reaction} is called {str(called)[:100]!r}; give an id, or (id, factor)."
            )
        if not number(factor, f"{where}: the factor of {reaction}"):
            raise InputError(f"{where}: the factor of {reaction} is 0; give 1 or −1.")
        found[reaction] = (name or reaction, float(factor))
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
