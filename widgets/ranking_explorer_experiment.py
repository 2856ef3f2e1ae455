"""The constraining experiment of a RankingExplorer: what is computed once is kept."""

import numpy as np

import kinetools as kt
from kinetools.errors import InputError

MOST = 20  # parameters constrained at most
FIRST = 10  # of the curve, computed before anything is shown


class Experiment:
    """Shares of the starting sets that are stable and relevant, by (k, percentile).

    table: the ranking, or None; kind: what the starting sets are called, "unstable", say.
    """

    def __init__(self, model, state, starting, table, rule, seed: int, kind: str):
        self._given = model, state, starting, table
        self._options = {"rule": rule, "seed": seed}
        self._rows, self._troubles = {}, {}  # by (k, percentile)
        self.kind, self.n_sets = kind, starting.sizes["set"]

    @property
    def most(self) -> int:
        """How many parameters can be constrained: the first ones that have a direction, at most 20."""
        table = self._given[3]
        if table is None or not self.n_sets:
            return 0
        known = table["direction"].to_numpy() != 0
        return min(MOST, len(known) if known.all() else int(np.argmin(known)))

    @property
    def impossible(self) -> str:
        """Why there is no experiment, as a sentence; empty where there is one."""
        if self._given[3] is None:
            return "Without a ranking there is nothing to constrain."
        if not self.n_sets:
            return (
                f"None of the sets is {self.kind}, so the experiment has none to start from. Give it "
                "others: RankingExplorer(…, starting=sets)."
            )
        if not self.most:
            return "The first parameter of the ranking has no direction to constrain it in."
        return "" if self._rows else next(iter(self._troubles.values()), "")

    def trouble(self, k: int, percentile: float) -> str:
        """Why this one row could not be computed, as a sentence; empty where it was."""
        return self._troubles.get((k, percentile), "")

    def row(self, k: int, percentile: float) -> dict:
        """A row of `constrain_parameters` and its percentile; empty where it is impossible."""
        if self.impossible or k > self.most:
            return {}
        if (k, percentile) in self._troubles:
            return {}
        if (k, percentile) not in self._rows:
            try:
                result = kt.constrain_parameters(*self._given, [k], percentile, **self._options)
            except InputError as error:
                self._troubles[k, percentile] = str(error)
                return {}
            values = result.drop(columns="parameters").iloc[0].to_dict()
            plain = {name: float(value) for name, value in values.items()}
            counts = {name: int(plain[name]) for name in ("k", "n")}
            self._rows[k, percentile] = plain | counts | {"percentile": float(percentile)}
        return self._rows[k, percentile]

    def missing(self, percentile: float, last: int = MOST) -> list[int]:
        """Numbers k of the curve that are not computed yet, 0 and up to `last`."""
        if self.impossible:
            return []
        known = {**self._rows, **self._troubles}
        return [k for k in range(min(last, self.most) + 1) if (k, percentile) not in known]

    def curve(self, percentile: float) -> list[dict]:
        """The rows known of a curve over k, in its order."""
        known = sorted(k for k, p in list(self._rows) if p == percentile)
        return [self._rows[k, percentile] for k in known]
