"""How long does one simulation of the Toya core network take, singly, in a batch, and with its gradient?

    python benchmarks/bench_labelling.py [an interpreter that can import x3cflux]

Kernels only, on one thread, beside a dense solve of the same reduced equations in NumPy. 13CFLUX's Python
package took 130 µs for one flux vector of this network; where it is installed, it is measured, too.
"""

import sys

import numpy as np
from common import best_of, table
from peer_x3cflux import peer

import kinetools as kt
from kinetools.flux.labelling_kernels import no_rows, run, spaces

PEER = 130e-6
MANY = 4096


def seconds(simulator, fluxes, weights, calls):
    """Of one flux vector, the best of several rounds."""
    n = len(fluxes)
    values = np.empty((n, len(simulator.masses)))
    wanted = weights is not None
    by = np.empty_like(fluxes) if wanted else no_rows(fluxes.shape[1])
    weights = weights if wanted else no_rows(len(simulator.masses))
    tapes, *slots = simulator.kernel
    room = spaces(tapes)

    def rounds():
        for _ in range(calls):
            run(tapes, room, *slots, fluxes, values, weights, by)

    rounds()
    return best_of(rounds, 7) / calls / n


def dense_seconds(simulator):
    """A dense LU of each block of the reduced network, one flux vector, right-hand sides included."""
    rng = np.random.default_rng(0)
    blocks = [(n, size) for size, n in simulator.reduced.sizes().items()]
    systems = [
        (np.eye(n) * 4 - rng.random((n, n)) / n, rng.random((n, size + 1))) for n, size in blocks
    ]

    def solve():
        for matrix, right in systems:
            np.linalg.solve(matrix, right)

    return best_of(solve, 20)


def main():
    network = kt.load_flux_model("toya_core")
    data = kt.load_measurements("toya2010_wt5h")
    simulator = kt.LabellingSimulator(network, data.tracer, data.fragments)
    forward, reverse = kt.random_fluxes(network, data, MANY, seed=0)
    fluxes, _ = simulator._fluxes(forward, reverse)
    weights = np.random.default_rng(1).standard_normal((MANY, len(simulator.masses)))
    single = seconds(simulator, fluxes[:1], None, 2000)
    batch = seconds(simulator, fluxes, None, 5)
    single_gradient = seconds(simulator, fluxes[:1], weights[:1], 2000)
    batch_gradient = seconds(simulator, fluxes, weights, 5)
    dense = dense_seconds(simulator)
    theirs = []
    if len(sys.argv) > 1:
        few = forward[:64], reverse[:64]
        found = peer(sys.argv[1], network, data, *few)
        apart = np.abs(np.array(found["masses"]) - simulator.flat(*few)).max()
        took = found["simulation"]
        theirs = [
            ("13CFLUX, one vector", f"{took * 1e6:.0f} µs", f"masses agree to {apart:.0e}"),
            ("ours, singly", f"{took / single:.0f}", "times as fast as it in the same run"),
            ("ours, in a batch", f"{took / batch:.0f}", "times as fast as it in the same run"),
            ("13CFLUX, its gradient", f"{found['gradient'] / took:.0f}", "of its simulations"),
        ]
    table(
        "Labelling of the Toya core network",
        [
            ("EMUs", f"{simulator.emus.n_decomposed}", f"reduced to {simulator.reduced.sizes()}"),
            (
                "one flux vector",
                f"{single * 1e6:.2f} µs",
                f"{PEER / single:.0f} times below 130 µs",
            ),
            ("in a batch", f"{batch * 1e6:.2f} µs", f"{PEER / batch:.0f} times below 130 µs"),
            ("gradient, singly", f"{single_gradient / single:.2f}", "simulations in all"),
            ("gradient, in a batch", f"{batch_gradient / batch:.2f}", "simulations in all"),
            ("dense solves alone", f"{dense / single:.0f}", "times one simulation"),
            *theirs,
        ],
    )


if __name__ == "__main__":
    main()
