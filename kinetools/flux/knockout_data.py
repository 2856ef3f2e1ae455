"""Predictions of a mutant as ArviZ InferenceData, in the layout of a posterior."""

import json
from collections import Counter

import numpy as np

from .. import __version__
from .posterior import DESCRIPTIONS, FLUX_UNITS, import_arviz
from .prediction import PREDICTED, STATUSES, TIME_LIMIT

LISTED = 3  # samples in a sentence
STATISTICS = {
    "objective": "what the method minimises: distance from the wild type, or the sum of changes y",
    "gap": "how far below the objective the best value may lie",
    "residual": "largest imbalance of a metabolite over the largest flux",
}


def knockout_inference_data(network, samples, predictions, parameters, method, what):
    """See `predict_knockout`; predictions: one for each of the samples, at least one with fluxes."""
    import xarray

    good = np.array([p.status in PREDICTED for p in predictions])
    found = [p for p in predictions if p.status in PREDICTED]
    fluxes = np.array([p.fluxes for p in found])
    wild_type = samples.fluxes[good]
    coordinates = {"chain": [0], "draw": np.arange(len(found)), "reaction": list(network.reactions)}
    flux_attrs = {"units": FLUX_UNITS, "long_name": DESCRIPTIONS["net_flux"]}
    posterior = xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), fluxes[None], flux_attrs)}, coordinates
    )
    each = ("chain", "draw")
    stats = {
        name: (each, np.array([[getattr(p, name) for p in found]]), {"long_name": text})
        for name, text in STATISTICS.items()
    }
    distance = np.linalg.norm(fluxes - wild_type, axis=1)
    stats["distance"] = each, distance[None], {"units": FLUX_UNITS}
    stats["wild_type_chain"] = each, samples.chain[good][None]
    stats["wild_type_draw"] = each, samples.draw[good][None]
    del coordinates["reaction"]
    constant = xarray.Dataset(
        {
            "wild_type": (("draw", "reaction"), wild_type, flux_attrs),
            "status": ("sample", np.array([p.status for p in predictions])),
            "sample_chain": ("sample", samples.chain),
            "sample_draw": ("sample", samples.draw),
        },
        {
            "draw": np.arange(len(found)),
            "reaction": list(network.reactions),
            "sample": np.arange(len(predictions)),
        },
    )
    idata = import_arviz().InferenceData(
        posterior=posterior,
        sample_stats=xarray.Dataset(stats, coordinates),
        constant_data=constant,
    )
    counts = Counter(p.status for p in predictions)
    attrs = parameters | {
        "status": {status: counts[status] for status in STATUSES if counts[status]},
        "verdict": _sentence(samples, predictions, counts, method, what),
        "largest_residual": float(max(p.residual for p in found)),
        "largest_gap": float(max(p.gap for p in found)),
    }
    for name, value in ({"kinetools_version": __version__} | attrs).items():
        value = value if isinstance(value, (str, int, float)) else json.dumps(value)
        idata.posterior.attrs[name] = value
    return idata


def _sentence(samples, predictions, counts, method, what) -> str:
    n = len(predictions)
    if n == 1:
        text = f"Predicted by {method} without {what} from one flux vector: {predictions[0].status}"
    else:
        parts = [f"{counts[s]} {s}" for s in STATUSES if counts[s]]
        text = f"Predicted by {method} without {what} from {n} samples: {', '.join(parts)}"
    without = [k for k, p in enumerate(predictions) if p.status not in PREDICTED]
    if without:
        names = [
            f"chain {samples.chain[k] + 1}, draw {samples.draw[k] + 1}" for k in without[:LISTED]
        ]
        more = f" and {len(without) - LISTED} more" if len(without) > LISTED else ""
        text += f" ({'; '.join(names)}{more})"
    if counts[TIME_LIMIT]:
        gap = max(p.gap for p in predictions if p.status == TIME_LIMIT)
        text += f" (at most {gap:g} changes more than needed)"
    return text + "."
