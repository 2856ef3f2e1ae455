"""Long histories with fewer points, so that they are drawn quickly and spikes stay visible."""

import numpy as np

MOST = 400  # points a curve


def thinned(epochs, values, most: int = MOST):
    """Of each run of epochs the lowest and the highest value; short histories stay as they are.

    epochs (n,) increasing; values (n,) with NaN where missing. The runs are powers of two long and
    begin at fixed epochs: a growing curve does not flicker.
    """
    epochs, values = np.asarray(epochs), np.asarray(values, float)
    known = np.isfinite(values)
    epochs, values = epochs[known], values[known]
    if len(epochs) <= most:
        return epochs, values
    width = 1
    while 2 * (epochs[-1] // width + 1) > most:
        width *= 2
    group = epochs // width
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    order = np.lexsort((values, group))
    ends = np.append(starts[1:], len(epochs)) - 1
    keep = np.unique(np.concatenate([order[starts], order[ends], [0, len(epochs) - 1]]))
    return epochs[keep], values[keep]
