"""How long does the kernel work on what a user does in a FluxMap, for a core and a genome-scale network?

The time from a change (another strain, a click, a sample of the slider ...) until everything that the page
gets is made, for 8000 draws of 63 reactions and 2000 draws of 695; beside it what ArviZ takes to summarise
one of the posteriors. The limit is 100 ms for the first, and not much more for the second.
"""

import time
import warnings

import numpy as np
import xarray

import kinetools as kt
from widgets import FluxMap

CHAINS, LIMIT = 4, 0.1
SIZES = {"toya_core": 2000, "ecoli_genome": 500}  # draws of a chain


def posterior(network, seed, draws):
    """Two strains that differ a little; as InferenceData is to those who read it."""
    rng = np.random.default_rng(seed)
    n = len(network.reactions)
    common = rng.standard_normal((CHAINS, draws, 5)) @ rng.standard_normal((5, n))
    middle = np.random.default_rng(0).gamma(1.0, 5.0, n) + 0.5 * seed
    net = middle + common + 0.3 * rng.standard_normal((CHAINS, draws, n))
    made = type("Made", (), {})()
    dims = ("chain", "draw", "reaction")
    made.posterior = xarray.Dataset(
        {"net_flux": (dims, net)}, {"reaction": list(network.reactions)}
    )
    lp = -0.5 * (common**2).sum(-1)
    made.sample_stats = xarray.Dataset({"lp": (("chain", "draw"), lp)})
    made.prior = xarray.Dataset(
        {"net_flux": (dims, middle + 10 * rng.standard_normal((1, 2000, n)))},
        {"reaction": list(network.reactions)},
    )
    return made


def main():
    """Print a table for each network."""
    for name, draws in SIZES.items():
        measure(kt.load_flux_model(name), draws)


def measure(network, draws):
    """Print the times of one network."""
    one, two = posterior(network, 1, draws), posterior(network, 2, draws)
    start = time.perf_counter()
    widget = FluxMap(one, network, other=two, names=("wild type", "pyk"))
    made = time.perf_counter() - start
    start = time.perf_counter()
    widget.view.refresh()
    shown = time.perf_counter() - start
    reactions = list(network.reactions)
    cases = {
        "another strain": ("show", ["pyk", "wild type"] * 10),
        "the difference": ("show", ["difference", "pyk"] * 10),
        "a click on a reaction": ("selection", [[r] for r in reactions[:20]]),
        "a pair of two": ("selection", [reactions[k : k + 2] for k in range(20)]),
        "a pair plot of four": ("selection", [reactions[k : k + 4] for k in range(20)]),
        "a sample of the slider": ("sample", list(range(0, CHAINS * draws, CHAINS * draws // 20))),
        "the same, with four chosen": (
            "sample",
            list(range(9, CHAINS * draws, CHAINS * draws // 20)),
        ),
        "another level": ("level", [0.5, 0.8, 0.9, 0.99, 0.7, 0.6, 0.85, 0.75, 0.65, 0.55]),
        "equal tails": ("interval_kind", ["eti", "hdi"] * 5),
        "opacity": ("style", ["opacity", "halo"] * 5),
        "what counts as a change": ("threshold", [0.1 * k for k in range(1, 11)]),
        "what changed most": ("most_changed", [True, False] * 10),
    }
    known = sorted(set(widget.data.subsystems.values()))
    if known:
        cases["a click on a subsystem"] = ("subsystem", (known * 20)[:20])
    times = {}
    for what, (trait, values) in cases.items():
        widget.show = "difference" if trait in ("threshold", "most_changed") else "wild type"
        if what == "a sample of the slider":
            widget.selection = reactions[:1]
        if what == "the same, with four chosen":
            widget.selection = reactions[:4]
        times[what] = [_timed(widget, trait, value) for value in values]
        widget.sample = None
    widget.show = "wild type"
    times["the picture (svg)"] = [_time(widget.svg) for _ in range(5)]
    size = f"{CHAINS} × {draws} draws × {len(reactions)} reactions"
    print(f"{network.id}: {size}; limit {1e3 * LIMIT:.0f} ms\n")
    print(f"{'':30} {'median ms':>10} {'longest ms':>11} {'share of limit':>15}")
    for what, values in times.items():
        median = float(np.median(values))
        print(f"{what:30} {1e3 * median:10.1f} {1e3 * max(values):11.1f} {median / LIMIT:15.2f}")
    print(f"\nonce: {1e3 * made:.0f} ms to make it, {1e3 * shown:.0f} ms to show it first")
    own = _time(lambda: kt.flux_summary(one))
    arviz = _arviz(one)
    print(
        f"flux_summary {1e3 * own:.0f} ms; arviz.summary {1e3 * arviz:.0f} ms, {arviz / own:.0f} ×\n"
    )


def _timed(widget, trait, value):
    return _time(lambda: setattr(widget, trait, value))


def _time(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _arviz(one):
    import arviz

    with warnings.catch_warnings(action="ignore"):
        data = arviz.InferenceData(posterior=one.posterior)
        return _time(lambda: arviz.summary(data, var_names=["net_flux"]))


if __name__ == "__main__":
    main()
