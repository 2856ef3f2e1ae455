"""Places things in layers, with few crossings and short links: for graphs that have a direction.

Links join neighbouring layers only; longer ones are chains of placeholders. The order within layers comes
from sweeps that put each thing at the mean place of its neighbours (Sugiyama et al. 1981, IEEE Trans. Syst.
Man Cybern. 11:109), coordinates from a linear program.
"""

from bisect import bisect_right, insort
from itertools import pairwise

SWEEPS, PATIENCE = 24, 6  # at most, and without becoming better
STIFFNESS = (1.0, 2.0, 8.0)  # of links between things, with one placeholder, between placeholders


def order_layers(layers: list[list], links: list[tuple]) -> list[list]:
    """The layers with their things in an order of few crossings. links: (upper, lower) pairs of things."""
    above, below = _neighbours(links)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    order, since = [list(layer) for layer in layers], 0
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        beside = above if down else below
        for k in range(1, len(order)) if down else range(len(order) - 2, -1, -1):
            place = {thing: i for i, thing in enumerate(order[k - 1 if down else k + 1])}
            now = {thing: i for i, thing in enumerate(order[k])}

            means = {}
            for thing in order[k]:
                known = [place[other] for other in beside.get(thing, ()) if other in place]
                means[thing] = sum(known) / len(known) if known else now[thing]
            order[k].sort(key=means.get)
        crossings = _crossings(order, below)
        if crossings < fewest:
            best, fewest, since = [list(layer) for layer in order], crossings, sweep
        if not fewest or sweep - since >= PATIENCE:
            break
    return best


def place_layers(layers: list[list], links, widths: dict, gap: float, stiff=()) -> dict:
    """x of the middle of every thing: links as upright as can be, `gap` between the things of a layer.

    widths: of all things; stiff: placeholders, whose links are rather kept upright than others. The sum
    of the links' weighted displacements is least (Gansner et al. 1993, IEEE Trans. Softw. Eng. 19:214).
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    things = [thing for layer in layers for thing in layer]
    place, stiff = {thing: k for k, thing in enumerate(things)}, set(stiff)
    # Unknown are all x and the displacement of every link, which is at least the difference either way.
    cost = [0.0] * len(things) + [STIFFNESS[(a in stiff) + (b in stiff)] for a, b in links]
    rows, limits = [], []
    for k, (upper, lower) in enumerate(links, len(things)):
        one, other = place[upper], place[lower]
        rows += [{one: 1, other: -1, k: -1}, {one: -1, other: 1, k: -1}]
        limits += [0.0, 0.0]
    for layer in layers:
        for left, right in pairwise(layer):
            rows.append({place[left]: 1, place[right]: -1})
            limits.append(-(widths[left] + widths[right]) / 2 - gap)
    least = [(widths[thing] / 2, None) for thing in things] + [(0.0, None)] * len(links)
    if not rows:
        return {thing: low for thing, (low, _) in zip(things, least)}
    entries = [(i, j, v) for i, row in enumerate(rows) for j, v in row.items()]
    i, j, values = zip(*entries)
    matrix = coo_array((values, (i, j)), (len(rows), len(cost))).tocsr()
    found = linprog(cost, A_ub=matrix, b_ub=limits, bounds=least, method="highs").x
    return dict(zip(things, found.tolist()))


def _neighbours(links) -> tuple[dict, dict]:
    """Thing → things above it, thing → things below it."""
    above, below = {}, {}
    for upper, lower in links:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _crossings(layers, below) -> int:
    """How many pairs of links cross."""
    count = 0
    for upper, lower in pairwise(layers):
        place = {thing: i for i, thing in enumerate(lower)}
        seen: list[int] = []
        for thing in upper:
            ends = sorted(place[other] for other in below.get(thing, ()))
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count
