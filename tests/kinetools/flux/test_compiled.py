"""Draws do not depend on when code was compiled: a run that goes on in another process needs that."""

import os
import subprocess
import sys

# The first stages of a warm-up, whose points every later draw comes from.
SWEEPS = """
import hashlib
import numpy as np
import kinetools as kt
from kinetools.flux.likelihood import LabellingLikelihood
from kinetools.flux.tempering import ANNEALING, TemperedChains
from kinetools.flux.uniform import prior_coordinates, sample_prior

network, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
space = kt.FluxSpace.of(network, data).rounded()
prior = sample_prior(space, 500, seed=1)[0]
space, prior = prior_coordinates(space, prior)
starts = np.full((4, space.dimension), np.nan)
chains = TemperedChains(space, LabellingLikelihood(network, data), prior, starts, seed=1, workers=2)
for stage in range(ANNEALING):
    chains.warm_up(stage)
state = chains.state()
print(*(hashlib.sha256(state[name].tobytes()).hexdigest() for name in ("ladder x", "ladder value")))
"""


def test_code_just_compiled_and_code_from_the_cache_draw_the_same_to_the_bit(tmp_path):
    def draw():
        settings = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.run(
            [sys.executable, "-c", SWEEPS], env=settings, capture_output=True, text=True, check=True
        ).stdout

    just_compiled = draw()
    assert any(tmp_path.rglob("*.nbc")), "nothing was kept in the cache"
    assert draw() == just_compiled
