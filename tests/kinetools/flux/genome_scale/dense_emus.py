"""Labelling by one dense linear system for each size of EMU, without any of the simulator's shortcuts."""

from functools import reduce

import numpy as np

from kinetools.flux.labelling import outside_masses


def dense_masses(emus, mixtures, forward, reverse) -> dict:
    """EMU -> masses (size + 1,) of all EMUs of a decomposition, at fluxes (reaction,) of each direction."""
    fluxes = np.stack([forward, reverse])
    known = {e: outside_masses(e, mixtures.get(e.metabolite)) for e in emus.inputs}
    for size in sorted({e.size for e in emus.inflows}):
        unknown = [e for e in emus.inflows if e.size == size]
        place = {e: i for i, e in enumerate(unknown)}
        matrix = np.zeros((len(unknown), len(unknown)))
        right = np.zeros((len(unknown), size + 1))
        for emu, i in place.items():
            for source, weights in emus.inflows[emu].items():
                flow = sum(w * fluxes[direction, j] for (j, direction), w in weights.items())
                matrix[i, i] += flow
                if source[0] in place:
                    matrix[i, place[source[0]]] -= flow
                else:
                    right[i] += flow * reduce(np.convolve, [known[e] for e in source])
        known |= dict(zip(unknown, np.linalg.solve(matrix, right), strict=True))
    return known
