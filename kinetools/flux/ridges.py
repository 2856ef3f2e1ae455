"""What a ridge plot of several posteriors shows: densities and priors of every reaction, in an order."""

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .density import flux_density
from .precision import PosteriorPrecision

AXES = {
    "prior": "each row its own, as wide as the priors",
    "posterior": "each row its own, as wide as the posteriors",
    "shared": "one for all rows",
}
ORDERS = {
    "ratio": "ratio of widths",
    "data_ratio": "ratio of widths over their priors'",
    "overlap": "overlap, least first",
    "narrowing": "width over the prior's, of the last",
    "name": "name",
}
OUTSIDE = 0.002  # share of draws at either end that need not be seen
MARGIN = 0.03  # of a row's width
POINTS = 100  # of a curve


@dataclass(frozen=True)
class Ridge:
    """One density: position of its posterior, whether its prior, x (mmol/gDW/h), y (1 at its highest)."""

    posterior: int
    prior: bool
    x: np.ndarray
    y: np.ndarray


class Ridges:
    """Rows of a ridge plot. precision: PosteriorPrecision; level, interval: of the credible intervals.

    tables: {name: DataFrame by reaction}, see `compare_precision`; pair: DataFrame by reaction of the first
    posterior and the last, see `precision_pairs`, or None for a single one.
    """

    def __init__(self, precision: PosteriorPrecision, level: float = 0.95, interval: str = "hdi"):
        self.precision, self.level, self.interval = precision, level, interval
        self.names = precision.names
        self.tables = precision.by_posterior(level, interval)
        self.pair, self.sentences, self._densities = None, [], {}
        if len(self.names) > 1:
            pairs = precision.pairs(level, interval)
            self.pair = pairs.loc[(self.names[0], self.names[-1])]
            self.sentences = pairs.attrs["sentences"]

    @property
    def orders(self) -> tuple[str, ...]:
        """Those of ORDERS that there are figures for."""
        return tuple(key for key in ORDERS if key == "name" or self._figures(key) is not None)

    def _figures(self, key):
        """Series by reaction, or None where nothing is known."""
        if key == "narrowing":
            known = self.tables[self.names[-1]]["narrowing"]
        elif self.pair is None:
            return None
        else:
            known = self.pair[key]
        return known if known.notna().any() else None

    def ordered(self, order: str, reactions=()) -> list[str]:
        """Ids of the rows from the top: of `reactions`, or of all; InputError for unknown ones."""
        known = self.precision.reactions
        if odd := [r for r in reactions if r not in known]:
            raise InputError(
                f"there is no row of {odd[0]!r}; only reactions that every posterior has, that vary and "
                "have converged can be compared."
            )
        ids = sorted(set(reactions) or known, key=lambda r: (r.lower(), r))
        if order not in self.orders:
            raise InputError(f"order={order!r}: choose one of {', '.join(map(repr, self.orders))}.")
        if order == "name":
            return ids
        return list(self._figures(order).loc[ids].sort_values(kind="stable").index)

    def span(self, reaction: str, axis: str = "prior") -> tuple[float, float]:
        """Ends of a row's axis in mmol/gDW/h."""
        k, values = self.precision.reactions.index(reaction), []
        for name in self.names:
            values.append(np.sort(self.precision.draws[name].samples(reaction)))
            prior = self.precision.priors[name]
            if axis == "prior" and prior is not None:
                values.append(prior[k])
        rows = [self.tables[name].loc[reaction] for name in self.names]
        low = min(*(np.quantile(v, OUTSIDE) for v in values), *(r["lower"] for r in rows))
        high = max(*(np.quantile(v, 1 - OUTSIDE) for v in values), *(r["upper"] for r in rows))
        margin = MARGIN * (high - low)
        return float(low - margin), float(high + margin)

    def spans(self, reactions, axis: str = "prior") -> dict:
        """{reaction: ends of its row's axis}; the same for all with a shared one."""
        spans = {r: self.span(r, axis) for r in reactions}
        if axis != "shared" or not spans:
            return spans
        ends = min(low for low, _ in spans.values()), max(high for _, high in spans.values())
        return dict.fromkeys(spans, ends)

    def curves(self, reaction: str, low: float, high: float, priors: bool = True) -> list[Ridge]:
        """Densities between the ends of an axis, priors first."""
        found = []
        for prior in (True, False) if priors else (False,):
            for position, name in enumerate(self.names):
                density = self._density(reaction, name, prior)
                if density is not None:
                    found.append(_ridge(density, position, prior, low, high))
        return found

    def _density(self, reaction, name, prior):
        """(x, density), kept; None for draws that do not vary, or a prior that is not there."""
        key = (reaction, name, prior)
        if key not in self._densities:
            if not prior:
                values = self.precision.draws[name].samples(reaction)
            elif self.precision.priors[name] is None:
                values = None
            else:
                values = self.precision.priors[name][self.precision.reactions.index(reaction)]
            self._densities[key] = None if values is None else flux_density(values)
        return self._densities[key]

    @property
    def note(self) -> str:
        """What stands beside the rows, in a sentence."""
        last = self.names[-1]
        if self.pair is None:
            text = f"On the right, the width of the interval in {last} over that of its prior. "
            text = text if "narrowing" in self.orders else ""
        else:
            also = ", the same after each was divided by its prior's width,"
            text = (
                f"On the right, the width of the interval in {last} over that in {self.names[0]}"
                f"{also if 'data_ratio' in self.orders else ''} and the overlap of the two densities. "
            )
        return f"{text}Every curve is scaled to its own height: compare widths."

    def cv_sentence(self) -> str:
        """Coefficients of variation in words."""
        from .precision_summary import posterior_summary

        parts, near = [], []
        for name, table in self.tables.items():
            found = posterior_summary(table)
            parts.append(f"{found['mean_cv']:.3f} in {name} (median {found['median_cv']:.3f})")
            near += [r for r in table.index[~(table["cv"] <= 1)] if r not in near]
        text = f"Mean coefficient of variation: {', '.join(parts)}"
        if not near:
            return f"{text}."
        count = f"the mean of {near[0]} is" if len(near) == 1 else f"{len(near)} means are"
        return f"{text}; {count} within one standard deviation of 0, where a CV says nothing."


def _ridge(density, position, prior, low, high) -> Ridge:
    """A density between two ends."""
    start, end = max(low, density[0][0]), min(high, density[0][-1])
    x = np.linspace(start, end, POINTS)
    y = np.interp(x, *density) / density[1].max()
    return Ridge(position, prior, np.r_[start, x, end], np.r_[0.0, y, 0.0])
