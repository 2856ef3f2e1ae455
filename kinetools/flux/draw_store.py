"""Draws of several chains in bounded memory: when there is no room left, every second one goes."""

import numpy as np


class DrawStore:
    """Named arrays (chain, draw, …) of at most 2·draws draws a chain, equally many steps apart."""

    def __init__(self, draws: int):
        self.draws, self.thinning, self.length = draws, 1, 0
        self._arrays: dict[str, np.ndarray] = {}

    @property
    def room(self) -> int:
        """Draws that fit before thinning."""
        return 2 * self.draws - self.length

    def append(self, **arrays) -> None:
        """Add draws (chain, draw, …) that are `thinning` steps apart, `room` of them at most."""
        n = next(iter(arrays.values())).shape[1]
        for name, values in arrays.items():
            if name not in self._arrays:
                shape = (values.shape[0], 2 * self.draws, *values.shape[2:])
                self._arrays[name] = np.empty(shape, values.dtype)
            self._arrays[name][:, self.length : self.length + n] = values
        self.length += n
        if self.room == 0:
            for values in self._arrays.values():
                values[:, : self.draws] = values[:, 1::2]
            self.length, self.thinning = self.draws, 2 * self.thinning

    def __getitem__(self, name) -> np.ndarray:
        """All draws so far, (chain, draw, …)."""
        return self._arrays[name][:, : self.length]

    def chosen(self, name) -> np.ndarray:
        """As many draws as were asked for, evenly spread over those that are there."""
        n = min(self.draws, self.length)
        return self[name][:, np.linspace(0, self.length - 1, n).round().astype(int)]

    def state(self) -> dict:
        """Everything as arrays."""
        return {"thinning": np.array(self.thinning)} | {
            f"draws {name}": self[name] for name in self._arrays
        }

    def restore(self, arrays: dict) -> None:
        """Go on from a state."""
        self._arrays, self.length = {}, 0
        found = {k.removeprefix("draws "): v for k, v in arrays.items() if k.startswith("draws ")}
        if found:
            self.append(**found)
        self.thinning = int(arrays["thinning"])
