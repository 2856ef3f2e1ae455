"""How long does the kernel work on one step of a dragged threshold, for 80 000 sets?

The time from the page's message to the counts and histograms that it gets back, with and without a
condition on a Michaelis constant and edits by hand; beside it, `relabel` and `class_counts` of the whole
dataset. The limit for counts that follow the mouse is 100 ms.
"""

import time

import numpy as np

import kinetools as kt
from widgets import LabelExplorer

N_SETS, STEPS, LIMIT = 80_000, 50, 0.1


def main():
    """Print the table."""
    model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
    sets = kt.sample_parameters(model, state, n_sets=N_SETS, seed=1, progress=False)
    # Real parts with the spread of real ones; the spectra themselves are another benchmark's.
    rng = np.random.default_rng(1)
    stable = rng.random(N_SETS) < 0.7
    real_parts = np.where(stable, -rng.gamma(4, 4, N_SETS), rng.lognormal(5, 2, N_SETS))
    sets = kt.relabel(
        sets.assign(
            eigenvalue_max=("set", real_parts),
            eigenvalue_min=("set", rng.normal(-3.7e10, 2e8, N_SETS)),
            time_constant=("set", np.where(stable, -60 / real_parts, np.nan)),
        ),
        kt.LabelRule(),
    )
    further = [["eigenvalue_min", ">", -3.71e10], ["km_substrate1_PFK", "<", 1e4]]
    edits = [{"sets": list(range(k, k + 200)), "label": "relevant"} for k in range(0, 2000, 200)]
    cases = {"one threshold": ([], []), "three conditions, ten edits": (further, edits)}
    reference = _median([lambda: kt.class_counts(kt.relabel(sets, kt.LabelRule()))] * 5)
    print(f"{N_SETS} sets, {STEPS} steps of a drag; limit {1e3 * LIMIT:.0f} ms a step\n")
    print(f"{'':30} {'median ms':>10} {'longest ms':>11} {'share of limit':>15}")
    for name, (rows, by_hand) in cases.items():
        explorer = LabelExplorer(sets, edits=by_hand, map=None)
        page = explorer.view.thresholds
        times = [
            _step(page, [["eigenvalue_max", "<", x], *rows]) for x in np.linspace(-9, -5, STEPS)
        ]
        median, longest = np.median(times), max(times)
        print(f"{name:30} {1e3 * median:10.1f} {1e3 * longest:11.1f} {longest / LIMIT:15.2f}")
    print(f"{'relabel and class_counts':30} {1e3 * reference:10.1f}")


def _step(page, rule):
    start = time.perf_counter()
    page.set_state({"rule": rule, "dragging": True})
    return time.perf_counter() - start


def _median(calls):
    times = []
    for call in calls:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return np.median(times)


if __name__ == "__main__":
    main()
