"""How long until the genome-scale network of E. coli is ready, and how long does a simulation of it take?

    python benchmarks/bench_genome_network.py

Cold: building the network by its recipe, compiling its labelling, its flux space and rounding; then from
the cache. The published tool took 15 ms for one flux vector, and days to begin to converge.
"""

import os
import tempfile
import time
from itertools import pairwise

import numpy as np
from bench_labelling import seconds
from common import table

import kinetools as kt
from kinetools.flux.exchange import labelling_exchange
from kinetools.flux.uniform import sample_uniform

PEER = 15e-3
LIMIT = 120.0
MANY = 512


def main():
    marks = [("", time.perf_counter(), time.process_time())]

    def mark(what):
        marks.append((what, time.perf_counter(), time.process_time()))

    with tempfile.TemporaryDirectory() as folder:
        os.environ["KINETOOLS_CACHE"] = folder
        network = kt.load_flux_model("ecoli_genome")
        mark("building the network")
        data = kt.load_measurements("toya2010_wt5h")
        simulator = kt.LabellingSimulator(network, data.tracer, data.fragments)
        mark("compiling the labelling")
        seen = labelling_exchange(network, [simulator])
        space = kt.FluxSpace.of(network, data, exchange=seen)
        mark("flux space")
        rounded = space.rounded()
        mark("rounding")
        cold = marks[-1][1] - marks[0][1]
        kt.load_flux_model("ecoli_genome")
        mark("the network from the cache")
    rows = [
        (what, f"{wall - before:.2f} s", f"{cpu - cpu_before:.2f} s of processor")
        for (_, before, cpu_before), (what, wall, cpu) in pairwise(marks)
    ]
    rows.append(("ready, cold", f"{cold:.1f} s", f"{cold / LIMIT:.2f} of two minutes"))
    table(repr(network), rows)

    forward, reverse = rounded.to_fluxes(sample_uniform(rounded, MANY, seed=0)[0])
    fluxes, _ = simulator._fluxes(forward, reverse)
    weights = np.random.default_rng(1).standard_normal((MANY, len(simulator.masses)))
    single = seconds(simulator, fluxes[:1], None, 300)
    batch = seconds(simulator, fluxes, None, 10)
    single_gradient = seconds(simulator, fluxes[:1], weights[:1], 300)
    batch_gradient = seconds(simulator, fluxes, weights, 10)
    table(
        f"Its labelling: {simulator.emus.n_decomposed} EMUs, reduced to {simulator.reduced.sizes()}",
        [
            ("one flux vector", f"{single * 1e6:.1f} µs", f"{PEER / single:.0f} times below 15 ms"),
            ("in a batch", f"{batch * 1e6:.1f} µs", f"{PEER / batch:.0f} times below 15 ms"),
            ("gradient, singly", f"{single_gradient / single:.2f}", "simulations in all"),
            ("gradient, in a batch", f"{batch_gradient / batch:.2f}", "simulations in all"),
            ("flux space", f"{space.dimension}", f"dimensions, {len(space.b)} facets"),
        ],
    )


if __name__ == "__main__":
    main()
