"""AcMet is the published algorithm 1: step by step, and in what it converges to."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux import acmet as module
from kinetools.flux.acmet import acmet, continue_acmet, start_acmet
from kinetools.flux.diagnostics import ess_bulk
from kinetools.flux.polytope import FluxSpace

SEED = 3
BLOCK = 512


@pytest.fixture(scope="module")
def space():
    return FluxSpace.of(kt.load_flux_model("toy"), kt.load_measurements("toy"))


@pytest.fixture(scope="module")
def core():
    return FluxSpace.of(kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h"))


def gaussian(space, reaction, back, means, widths):
    """Independent Gaussian measurements of one forward and one reverse flux."""
    i, j = space.network.index(reaction), space.network.index(back)

    def log_likelihood(forward, reverse):
        z = (forward[:, i] - means[0]) / widths[0], (reverse[:, j] - means[1]) / widths[1]
        return -0.5 * (z[0] ** 2 + z[1] ** 2)

    return log_likelihood


@pytest.fixture(scope="module")
def toy_likelihood(space):
    return gaussian(space, "b_ec", "b_d", (15, 70), (6, 25))


def plainly(space, log_likelihood, steps, warm_up, seed):
    """Algorithm 1 line by line, for one chain: positions after warm-up, the centre, and acceptances."""
    rng = np.random.default_rng(seed).spawn(1)[0]
    W = space.edge_points()
    c = W.mean(axis=0)
    v, k = c.copy(), 0
    kept, accepted = [], 0
    while k < warm_up + steps:
        warm = k < warm_up
        w = W[int(rng.random() * len(W))]
        d = (w - c) / np.linalg.norm(w - c)
        room, speed = space.b - space.A @ v, space.A @ d
        farthest = np.min(room[speed > 1e-12] / speed[speed > 1e-12])
        nearest = np.max(room[speed < -1e-12] / speed[speed < -1e-12])
        candidate = v + (nearest + (farthest - nearest) * rng.random()) * d
        if warm:
            v = candidate
        else:
            ratio = np.exp(
                np.diff([log_likelihood(*space.to_fluxes(x[None]))[0] for x in (v, candidate)])[0]
            )
            if rng.random() <= ratio:
                v = candidate
                accepted += 1
            kept.append(v)
        k += 1
        if k < warm_up:
            c = (k * c + v) / (k + 1)
    return np.array(kept), c, accepted


def core_likelihood(space):
    return gaussian(space, "PFK", "TPI", (8, 3), (1, 4))


@pytest.mark.parametrize("which", ["toy", "core"])
def test_chains_are_those_of_the_algorithm_line_by_line(which, space, core, toy_likelihood):
    where = space if which == "toy" else core
    likelihood = toy_likelihood if which == "toy" else core_likelihood(core)
    x, center, accepted = plainly(where, likelihood, 1500, 700, SEED)
    ours = acmet(where, likelihood, steps=1500, warm_up=700, chains=1, seed=SEED)
    assert 10 < accepted < 1400
    np.testing.assert_allclose(ours.state["center"][0], center, atol=1e-8)
    np.testing.assert_allclose(ours.x[0], x, atol=1e-6)
    assert ours.accepted[0] == accepted / 1500
    values = likelihood(*where.to_fluxes(ours.x[0]))
    np.testing.assert_allclose(ours.log_likelihood[0], values, atol=1e-9)


def exact(log_density):
    """Moments over the toy's quadrilateral: b_ec from 0 to 50, reverse of b_d from 0 to 50 + 2 b_ec."""
    x, y = np.meshgrid(np.linspace(0, 50, 1501), np.linspace(0, 150, 1501), indexing="ij")
    weight = np.exp(log_density(x, y)) * (y <= 50 + 2 * x)
    weight /= weight.sum()
    means = (weight * x).sum(), (weight * y).sum()
    return (
        *means,
        (weight * (x - means[0]) ** 2).sum() ** 0.5,
        (weight * (y - means[1]) ** 2).sum() ** 0.5,
    )


def moments(space, draws):
    forward, reverse = space.to_fluxes(draws.x)
    i, j = space.network.index("b_ec"), space.network.index("b_d")
    values = np.stack([forward[..., i], reverse[..., j]], axis=-1)
    ess = ess_bulk(values)
    mean, sd = values.mean(axis=(0, 1)), values.std(axis=(0, 1))
    return (*mean, *sd), (*(sd / np.sqrt(ess)), *(sd / np.sqrt(ess)))


def test_draws_have_the_moments_of_the_exact_posterior(space, toy_likelihood):
    draws = acmet(space, toy_likelihood, steps=60_000, warm_up=2000, seed=SEED)
    expected = exact(lambda x, y: -0.5 * (((x - 15) / 6) ** 2 + ((y - 70) / 25) ** 2))
    found, errors = moments(space, draws)
    assert np.all(np.abs(np.subtract(found, expected)) < 4.5 * np.array(errors))
    assert max(errors) < 0.4  # so that the comparison means something


def test_without_a_likelihood_the_prior_is_uniform(space):
    draws = acmet(space, lambda f, r: np.zeros(len(f)), steps=40_000, warm_up=2000, seed=SEED)
    found, errors = moments(space, draws)
    assert np.all(draws.accepted == 1)
    assert np.all(np.abs(np.subtract(found, exact(lambda x, y: 0 * x))) < 4.5 * np.array(errors))


def test_steps_are_the_same_however_far_ahead_is_thought(space, toy_likelihood, monkeypatch):
    far = acmet(space, toy_likelihood, steps=3000, warm_up=100, seed=SEED)
    monkeypatch.setattr(module, "FARTHEST", 1)
    near = acmet(space, toy_likelihood, steps=3000, warm_up=100, seed=SEED)
    assert np.array_equal(far.x, near.x)
    assert np.array_equal(far.accepted, near.accepted)


def test_a_run_that_pauses_goes_on_as_if_it_had_not(space, toy_likelihood):
    whole = acmet(space, toy_likelihood, steps=6 * BLOCK + 9, warm_up=100, seed=SEED, thinning=5)
    state, parts = start_acmet(space, warm_up=100, seed=SEED), []
    for steps in (BLOCK, 3 * BLOCK, 2 * BLOCK + 9):
        before = {key: value.copy() for key, value in state.items()}
        part = continue_acmet(space, toy_likelihood, state, steps=steps, thinning=5)
        assert all(np.array_equal(state[k], before[k], equal_nan=True) for k in state)
        parts.append(part)
        state = part.state
    assert np.array_equal(np.concatenate([p.x for p in parts], axis=1), whole.x)
    assert np.array_equal(
        np.concatenate([p.log_likelihood for p in parts], axis=1), whole.log_likelihood
    )
    assert np.array_equal(parts[-1].accepted, whole.accepted)
    assert all(np.array_equal(state[key], whole.state[key]) for key in state)


def test_a_pause_anywhere_keeps_the_positions(space, toy_likelihood):
    whole = acmet(space, toy_likelihood, steps=1000, warm_up=100, seed=SEED)
    state, parts = start_acmet(space, warm_up=100, seed=SEED), []
    for steps in (1, 6, 700, 293):
        parts.append(continue_acmet(space, toy_likelihood, state, steps=steps))
        state = parts[-1].state
    np.testing.assert_allclose(np.concatenate([p.x for p in parts], axis=1), whole.x, atol=1e-9)


def test_the_state_is_plain_arrays_of_numbers(space, toy_likelihood):
    state = acmet(space, toy_likelihood, steps=10, warm_up=10, seed=SEED).state
    assert all(isinstance(v, np.ndarray) and v.dtype.kind in "fiu" for v in state.values())


def test_thinning_keeps_each_so_manieth_step_and_never_too_many(space, toy_likelihood):
    every = acmet(space, toy_likelihood, steps=100, warm_up=10, seed=SEED)
    seventh = acmet(space, toy_likelihood, steps=100, warm_up=10, seed=SEED, thinning=7)
    assert every.thinning == 1 and every.x.shape == (4, 100, 2)
    assert np.array_equal(seventh.x, every.x[:, 6::7])
    assert acmet(
        space, lambda f, r: np.zeros(len(f)), steps=100_001, warm_up=10, chains=1
    ).x.shape == (1, 50_000, 2)
    with pytest.raises(InputError, match="thinning of at least 2"):
        acmet(space, toy_likelihood, steps=100_001, warm_up=10, thinning=1)


@pytest.mark.parametrize(
    ("likelihood", "said"),
    [
        (lambda f, r: np.full(len(f), np.nan), "not NaN"),
        (lambda f, r: np.full(len(f), -np.inf), "finite number"),
        (lambda f, r: 0.0, "one number"),
        (lambda f, r: f, "one number"),
    ],
)
def test_a_likelihood_that_is_none_is_told(space, likelihood, said):
    with pytest.raises(InputError, match=said):
        acmet(space, likelihood, steps=10, warm_up=10, seed=SEED)


@pytest.mark.parametrize(
    "arguments", [{"steps": 0}, {"warm_up": 0}, {"chains": 0}, {"thinning": 0}, {"steps": 2.5}]
)
def test_numbers_must_make_sense(space, toy_likelihood, arguments):
    with pytest.raises(InputError, match="whole number"):
        acmet(space, toy_likelihood, **({"steps": 10, "warm_up": 10} | arguments))


def test_points_where_the_likelihood_is_zero_are_never_kept(space):
    i = space.network.index("b_ec")
    draws = acmet(
        space,
        lambda f, r: np.where(f[:, i] > 10, 0.0, -np.inf),
        steps=2000,
        warm_up=101,
        chains=2,
        seed=5,
    )
    forward, _ = space.to_fluxes(draws.x)
    assert forward[..., i].min() > 10 and 0.1 < draws.accepted.max() < 1
