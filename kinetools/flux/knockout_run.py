"""The run directory of a knock-out: predictions so far, so that a killed run goes on where it was.

parameters.json   settings, and what is predicted from
events.jsonl      one JSON object a line: when it began, went on and ended
state.npz         predictions so far
posterior.nc      the result, once it is there
"""

import time

import numpy as np

from ..errors import InputError
from .prediction import PREDICTED, STATUSES, Prediction
from .sampling_run import SamplingRun

SAVE_EVERY = 5.0  # seconds between writes
FIGURES = ("objective", "gap", "residual")


class KnockoutRun:
    """Predictions of samples, kept in a directory (or nowhere: path None) and read from it again.

    predictions: a list with None where one is still to be made. Raises InputError for a directory of
    other settings and for a damaged one.
    """

    def __init__(self, path, parameters: dict, samples: int, reactions: int):
        self._run = SamplingRun(path, parameters)
        self._reactions = reactions
        self._earlier, self._begun = 0.0, time.monotonic()
        self._saved = self._begun
        self.predictions: list[Prediction | None] = [None] * samples
        state = self._run.load_state()
        if state is not None:
            self._restore(state)

    def begin(self) -> None:
        """Say in the events that predictions are made from here on."""
        self._run.event("resumed" if self.done else "begun", predicted=self.done)

    @property
    def done(self) -> int:
        """How many predictions there are."""
        return sum(p is not None for p in self.predictions)

    @property
    def seconds(self) -> float:
        """Time taken, that of earlier calls included."""
        return self._earlier + time.monotonic() - self._begun

    def result(self):
        """The finished prediction, or None; InputError where something else is in its place."""
        found = self._run.result()
        if found is not None and "knocked_out" not in found.posterior.attrs:
            raise InputError(
                f"{self._run.path / 'posterior.nc'}: holds no prediction of a knock-out; delete it to "
                "predict anew."
            )
        return found

    def add(self, start: int, part) -> None:
        """Put predictions in their place; they are written every few seconds."""
        self.predictions[start : start + len(part)] = part
        if time.monotonic() - self._saved > SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write what there is."""
        if self._run.path is None:
            return
        known = [p for p in self.predictions if p is not None]
        none = np.full(self._reactions, np.nan)
        state = {
            "place": np.array([k for k, p in enumerate(self.predictions) if p is not None], int),
            "status": np.array([STATUSES.index(p.status) for p in known], int),
            "fluxes": np.array([none if p.fluxes is None else p.fluxes for p in known]),
            "seconds": np.array(self.seconds),
        }
        state |= {name: np.array([getattr(p, name) for p in known], float) for name in FIGURES}
        self._run.save_state(state)
        self._saved = time.monotonic()

    def finish(self, idata) -> None:
        """Write the result."""
        self._run.save_result(idata)
        self._run.event("finished", seconds=self.seconds)

    def _restore(self, state) -> None:
        try:
            self._earlier = float(state["seconds"])
            for k, place in enumerate(state["place"]):
                fluxes = state["fluxes"][k]
                if fluxes.shape != (self._reactions,):
                    raise ValueError(f"{fluxes.size} fluxes")
                status, known = STATUSES[state["status"][k]], np.isfinite(fluxes).all()
                if place < 0 or (status in PREDICTED and not known):
                    raise ValueError(f"sample {place} is {status} with odd fluxes")
                self.predictions[place] = Prediction(
                    status,
                    fluxes if known else None,
                    **{name: float(state[name][k]) for name in FIGURES},
                )
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise InputError(
                f"{self._run.path / 'state.npz'}: the predictions so far are damaged ({error}); delete it "
                "to predict anew."
            ) from None
