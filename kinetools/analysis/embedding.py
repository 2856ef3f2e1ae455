"""Two-dimensional maps of parameter sets by UMAP (McInnes, Healy & Melville 2018)."""

import json
import sys
import warnings

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..kinetics.parameter_sets import add_history, provenance
from ..run import one_blas_thread
from .ln_km import chosen_parameters, known_by_set, ln_km_table

SPREAD = 1.0  # of the map; UMAP packs points no wider than this


def umap_parameters(
    sets,
    *,
    parameters=None,
    n_neighbors: int = 30,
    min_dist: float = 0.1,
    n_components: int = 2,
    seed: int = 0,
):
    """Map parameter sets so that sets with similar ln Km lie side by side.

    sets: dataset with km(set, parameter) in µmol/L; to compare populations, put them into one dataset
    with `xarray.concat`. parameters: names of those to use (default: all that occur in their rate laws;
    Choudhury et al. 2022 compare all with the five of the highest rank); n_neighbors: of a set, itself
    included, small for detail, large for the whole; min_dist: between points of the map, 0 to 1;
    n_components: axes of the map; seed: whole number, the same seed gives the same map to the bit.

    Distances are Euclidean in ln Km (not standardised: one unit, and one spread if sampled freely), and
    neighbours are exact. Runs on one thread: 2000 sets take seconds, 20 000 about half a minute. Only what
    is near on the map is meaningful, not distances between groups or their sizes. Returns an
    `xarray.Dataset` with embedding(set, axis); what is known of each set (label, eigenvalue_max, …) comes
    along. Raises InputError for no more sets than neighbours, unknown parameters, and a Michaelis constant
    that is not positive and finite.
    """
    names = chosen_parameters(sets, parameters)
    n_neighbors = whole_number(n_neighbors, "n_neighbors", 2)
    n_components = whole_number(n_components, "n_components", 1)
    seed = whole_number(seed, "seed", 0)
    min_dist = number(min_dist, "min_dist")
    if not 0 <= min_dist <= SPREAD:
        raise InputError(f"min_dist must lie between 0 and {SPREAD:g}, found {min_dist:g}.")
    values = ln_km_table(sets, names)
    fewest = max(n_neighbors, n_components + 1)
    if len(values) <= fewest:
        raise InputError(
            f"{len(values)} sets are too few for n_neighbors = {n_neighbors} and n_components = "
            f"{n_components}, which need at least {fewest + 1}; give more sets, or ask for fewer."
        )
    embedding, version = _umap(
        values - values.mean(axis=0), n_neighbors, min_dist, n_components, seed
    )
    attrs = {"long_name": "axis of the map", "units": "1"}
    result = known_by_set(sets).assign_coords(axis=("axis", np.arange(1, n_components + 1), attrs))
    attrs = {"long_name": "position on the map", "units": "1"}
    result["embedding"] = (("set", "axis"), embedding.astype(float), attrs)
    settings = {
        "parameters": names,
        "n_neighbors": n_neighbors,
        "min_dist": min_dist,
        "n_components": n_components,
        "seed": seed,
    }
    step = provenance("umap_parameters", settings)
    step["versions"]["umap-learn"] = version
    result.attrs = {k: v for k, v in sets.attrs.items() if k != "format"}
    result.attrs["history"] = json.dumps(add_history(sets, step))
    return result


def _umap(values, n_neighbors, min_dist, n_components, seed):
    """Positions (point, axis) of points (point, variable), and the version of umap-learn."""
    from sklearn.neighbors import NearestNeighbors

    umap = _import_umap()
    # Threads would add up in another order from run to run.
    with one_blas_thread(), warnings.catch_warnings():
        # It says that further points cannot be placed on the map, which nobody asks for here.
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]", category=UserWarning)
        # Exact, and for thousands of points sooner there than the search that UMAP would compile.
        search = NearestNeighbors(n_neighbors=n_neighbors, algorithm="brute").fit(values)
        distances, neighbours = search.kneighbors(values)
        mapping = umap.UMAP(
            n_neighbors=n_neighbors,
            min_dist=min_dist,
            spread=SPREAD,
            n_components=n_components,
            random_state=int(np.random.SeedSequence(seed).generate_state(1)[0]),
            n_jobs=1,
            precomputed_knn=(neighbours.astype(np.int32), distances.astype(np.float32)),
        )
        return mapping.fit_transform(values.astype(np.float32)), umap.__version__


def _import_umap():
    """umap without its neural network, which would load TensorFlow (seconds)."""
    variant = "umap.parametric_umap"
    if "umap" in sys.modules or variant in sys.modules:
        import umap

        return umap
    sys.modules[variant] = None  # read as "not installed", which umap expects
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)
            import umap
    finally:
        del sys.modules[variant]
    return umap
