"""ln Km of parameter sets as points for a projection."""

import numpy as np

from ..errors import InputError
from ..kinetics.parameter_sets import CHUNK, check_positive
from ..run import chunks


def chosen_parameters(sets, parameters=None) -> list[str]:
    """Names of Michaelis constants of a dataset: those given, or all that occur in their rate laws.

    Raises InputError for what is no dataset of parameter sets, and for unknown or repeated names.
    """
    import xarray

    if not isinstance(sets, xarray.Dataset) or "km" not in sets:
        raise InputError(
            f"expected a dataset of parameter sets with km, found {type(sets).__name__}; make one with "
            "sample_parameters or parameter_sets."
        )
    if set(sets["km"].dims) - {"set"} != {"parameter"} or "parameter" not in sets.indexes:
        raise InputError(
            f"km has the dimensions {sets['km'].dims}, but (set, parameter) with parameter names is "
            "needed; rename or select."
        )
    known = [str(p) for p in sets["parameter"].values]
    if parameters is None:
        if "parameter_live" not in sets.coords:
            raise InputError(
                "the sets do not say which parameters occur in their rate laws (parameter_live); name "
                "the parameters to use."
            )
        return [p for p, live in zip(known, sets["parameter_live"].values) if live]
    names = [] if isinstance(parameters, str) else [str(p) for p in parameters]
    if not names or len(set(names)) < len(names):
        raise InputError(
            f"parameters must be a list of names of Michaelis constants, each once, found {parameters!r}."
        )
    unknown = [n for n in names if n not in set(known)]
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise InputError(
            f"parameter {unknown[0]!r}{more} is not among the {len(known)} Michaelis constants of the "
            "sets; correct the name, or take sets of the same model."
        )
    return names


def ln_km_blocks(sets, names):
    """(start, ln Km) of consecutive sets, (set, parameter) with Km in µmol/L, a bounded number at a time.

    Raises InputError for a Michaelis constant that is not positive and finite.
    """
    sets = with_sets(sets)
    km = sets["km"].transpose("set", "parameter")
    known = [str(p) for p in sets["parameter"].values]
    columns = [known.index(n) for n in names]
    for start, stop in chunks(sets.sizes["set"], CHUNK):
        # Whole rows are read: picking columns from a file is far slower.
        block = np.asarray(km[start:stop].values, float)[:, columns]
        check_positive(block, names, sets["set"].values[start:stop])
        yield start, np.log(block)


def ln_km_table(sets, names) -> np.ndarray:
    """All of ln Km, (set, parameter), Km in µmol/L."""
    blocks = [block for _, block in ln_km_blocks(sets, names)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(names)))


def with_sets(sets):
    """The dataset with a dimension and numbers of sets, also if one set was taken out of it."""
    if "set" not in sets.dims:
        sets = sets.expand_dims("set")
    return sets if "set" in sets.coords else sets.assign_coords(set=np.arange(sets.sizes["set"]))


def known_by_set(sets):
    """What a dataset says of each set as a whole (label, eigenvalue_max, …), without its parameters."""
    sets = with_sets(sets)
    known = [n for n, v in sets.variables.items() if v.dims == ("set",)]
    others = [c for c in sets.coords if c not in known]
    return sets[known].drop_vars(others, errors="ignore")
