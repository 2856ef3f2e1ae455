"""Perturbation experiments: factors as asked for, verdicts that can be checked, seeds that hold."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.perturbation import PRESETS, Preset, draw_states
from kinetools.kinetics.trajectories import system_of


@pytest.fixture(scope="module")
def state():
    return kt.load_steady_state("ecoli", physiology=4)


@pytest.fixture(scope="module")
def relevant(model, state):
    sampled = kt.sample_parameters(model, state, 40, seed=2, progress=False)
    sampled = kt.label_parameters(model, state, sampled, progress=False)
    return sampled.isel(set=np.flatnonzero(sampled.label.values == "relevant")[:18])


def perturb(*arguments, **options):
    return kt.perturb(*arguments, **{"progress": False, "workers": 2, "rtol": 1e-4} | options)


@pytest.fixture(scope="module")
def result(model, state, relevant):
    return perturb(model, state, relevant, n_trials=4)


def test_factors_lie_where_they_should_and_totals_are_kept(model, state, result):
    system = system_of(model, state)
    first = result.concentration.isel(time=0).values
    factors = first / result.reference.values
    own = factors[..., system.independent]
    assert own.min() >= 0.5
    assert own.max() <= 1.5
    assert own.std() == pytest.approx(1 / np.sqrt(12), rel=0.15)
    moieties = model.network.moieties
    totals = first @ moieties.totals.T
    expected = moieties.totals @ result.reference.values
    np.testing.assert_allclose(totals, np.broadcast_to(expected, totals.shape), rtol=1e-9)
    assert (first > 0).all()
    assert (result.draws >= 1).all()
    assert (result.draws > 1).any()


def test_the_verdict_is_the_distance_at_the_end(result):
    x = result.concentration.isel(time=-1)
    norm = np.sqrt((result.reference**2).sum("metabolite"))
    distance = np.sqrt(((x - result.reference) ** 2).sum("metabolite")) / norm
    np.testing.assert_allclose(result.distance, distance.transpose("set", "trial"), rtol=1e-12)
    np.testing.assert_array_equal(result.returned, result.distance < 0.01)
    assert result.returned.dtype == bool
    assert result.time.values[-1] == pytest.approx(0.35)


def test_most_relevant_models_return_and_unstable_ones_do_not(model, state, result):
    assert result.returned.mean() > 0.8
    sampled = kt.sample_parameters(model, state, 60, seed=2, progress=False)
    sampled = kt.label_parameters(model, state, sampled, progress=False)
    unstable = sampled.isel(set=np.flatnonzero(sampled.label.values == "unstable")[:3])
    assert perturb(model, state, unstable, n_trials=2, hours=[]).returned.mean() < 0.5


def test_no_kept_concentration_is_negative_however_rough_the_tolerance(model, state, relevant):
    rough = perturb(
        model,
        state,
        relevant,
        "half-to-double",
        n_trials=6,
        rtol=1e-2,
        hours=np.geomspace(1e-6, 0.35, 300),
    )
    assert (rough.status == "finished").all()
    assert (rough.concentration > 0).all()


def test_small_perturbations_of_relevant_models_return(model, state, relevant):
    near = perturb(model, state, relevant, low=0.98, high=1.02, n_trials=2, hours=[])
    assert near.returned.all()
    assert near.sizes["time"] == 0


def test_the_same_seed_gives_the_same_trials_in_any_company(model, state, relevant, result):
    again = perturb(model, state, relevant.isel(set=slice(0, 5)), n_trials=4, workers=1)
    np.testing.assert_array_equal(again.concentration, result.concentration.isel(set=slice(0, 5)))
    other = perturb(model, state, relevant.isel(set=slice(0, 1)), n_trials=4, seed=2)
    assert not np.array_equal(other.concentration, result.concentration.isel(set=slice(0, 1)))


def test_both_published_settings_are_presets():
    first, second = PRESETS["within-50-percent"], PRESETS["half-to-double"]
    assert (first.low, first.high, first.n_trials) == (0.5, 1.5, 10)
    assert (second.low, second.high, second.n_trials) == (0.5, 2.0, 100)


def test_the_preset_of_the_published_code_keeps_every_metabolite_between_its_factors(
    model, state, relevant
):
    result = perturb(model, state, relevant, "published", n_trials=4, hours=[0, 0.35])
    factors = result.concentration.isel(time=0) / result.reference
    assert factors.min() >= 0.5
    assert factors.max() <= 2.0
    moieties = model.network.moieties
    totals = result.concentration.isel(time=0).values @ moieties.totals.T
    expected = moieties.totals @ result.reference.values
    np.testing.assert_allclose(totals, np.broadcast_to(expected, totals.shape), rtol=1e-9)
    ratio = result.concentration.isel(time=-1) / result.reference - 1
    distance = np.sqrt((ratio**2).sum("metabolite")).transpose("set", "trial")
    np.testing.assert_allclose(result.distance, distance, rtol=1e-9)
    np.testing.assert_array_equal(result.returned, result.distance < 0.01)
    assert "(x − x_ref) / x_ref" in result.distance.attrs["long_name"]
    overall = perturb(
        model, state, relevant, "published", n_trials=4, hours=[0, 0.35], norm="overall"
    )
    np.testing.assert_array_equal(overall.concentration, result.concentration)
    assert overall.returned.sum() > result.returned.sum()


def test_uniform_draws_do_not_depend_on_which_metabolites_follow(model, state):
    system = system_of(model, state)
    rng = np.random.default_rng(3)
    uniform, draws = draw_states(system, Preset(0.5, 1.5, 1, "uniform"), 2000, rng)
    assert draws.mean() < 20
    # The same by brute force: independent factors, and only the draws kept that obey all bounds.
    free = np.array([system.metabolites.index(m) for m in ("atp_c", "adp_c")])
    rest = [system.metabolites.index(m) for m in ("amp_c", "ppi_c")]
    reference = system.reference
    pairs = reference[free] * rng.uniform(0.5, 1.5, (400_000, 2))
    moved = (pairs - reference[free]).sum(axis=1)
    kept = (np.abs(moved) <= 0.5 * reference[rest].min()).nonzero()[0]
    assert len(kept) > 2000
    for column, values in ((free[0], pairs[kept, 0]), (rest[0], reference[rest[0]] - moved[kept])):
        ours = np.quantile(uniform[:, column], [0.1, 0.5, 0.9])
        theirs = np.quantile(values, [0.1, 0.5, 0.9])
        np.testing.assert_allclose(ours, theirs, rtol=0.04)


@pytest.mark.parametrize("kind", ["metabolite", "enzyme", "boundary"])
def test_one_target_a_trial(model, state, relevant, kind):
    targets = {
        "metabolite": ["fdp_c", "pep_c", "atp_c"],
        "enzyme": ["PGI", "FBA"],
        "boundary": ["glc_D_e", "o2_e"],
    }[kind]
    result = perturb(
        model, state, relevant.isel(set=slice(0, 3)), kind=kind, targets=targets, hours=[0.0, 0.35]
    )
    assert list(result.target.values) == targets
    first = (result.concentration.isel(time=0) / result.reference).values
    if kind == "metabolite":
        for trial, target in enumerate(targets):
            moved = set(result.metabolite.values[(np.abs(first[0, trial] - 1) > 1e-9).nonzero()[0]])
            assert target in moved
            assert len(moved) <= 4  # the dependent members of its totals move with it
    else:
        np.testing.assert_allclose(first, 1.0, rtol=1e-12)
        assert (result.distance > 1e-6).all()  # a new steady state, or on the way to it


def test_all_targets_in_turn_are_the_default(model, state, relevant):
    result = perturb(model, state, relevant.isel(set=[0]), kind="boundary", hours=[])
    boundary = [m.id for m in model.metabolites if m.boundary]
    assert list(result.target.values) == boundary


def test_an_interrupted_experiment_goes_on_from_its_file(tmp_path, model, state, relevant, result):
    path = tmp_path / "perturbed.nc"

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perturb(model, state, relevant, n_trials=4, path=path, progress=stop)
    resumed = perturb(model, state, relevant, n_trials=4, path=path)
    for name in result.data_vars:
        np.testing.assert_array_equal(resumed[name], result[name], err_msg=name)
    assert resumed.returned.dtype == bool
    resumed.close()


def test_a_chunk_can_travel_to_another_process(model, state):
    import pickle

    system = system_of(model, state)
    assert len(system.equations[0])
    again = pickle.loads(pickle.dumps(system))
    assert "equations" not in vars(again)
    np.testing.assert_array_equal(again.program, system.program)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"preset": "wild"}, "preset must be one of within-50-percent, half-to-double"),
        ({"preset": ["published"]}, "preset must be one of"),
        ({"draw": "sloppy"}, "draw must be one of independent, uniform"),
        ({"draw": "uniform", "kind": "enzyme"}, 'draw is for kind "state"'),
        ({"norm": "L1"}, "norm must be one of overall, relative"),
        ({"norm": ["relative"]}, "norm must be one of"),
        ({"kind": "weather"}, "kind must be one of"),
        ({"kind": ["state"]}, "kind must be one of"),
        ({"kind": "metabolite", "targets": 5}, "5 is no independent metabolite"),
        ({"low": 2.0}, "lies above high"),
        ({"low": -0.5}, "low"),
        ({"n_trials": 0}, "n_trials"),
        ({"minutes": 0}, "minutes"),
        ({"targets": ["fdp_c"]}, 'choose kind "metabolite"'),
        ({"kind": "metabolite", "targets": ["nad_c"]}, "'nad_c' follows from a conserved total"),
        ({"kind": "enzyme", "targets": ["XYZ"]}, "'XYZ' is no reaction of model"),
        ({"kind": "enzyme", "targets": []}, "at least one id"),
        ({"hours": [1.0]}, "after the end at 0.35 h"),
        ({"low": 8.0, "high": 9.0}, "no state|made no state"),
    ],
)
def test_bad_input_is_met_with_one_sentence(model, state, relevant, options, message):
    with pytest.raises(InputError, match=message) as caught:
        perturb(model, state, relevant, **options)
    assert "\n" not in str(caught.value)


def test_draws_say_which_target_cannot_move(model, state):
    system = system_of(model, state)
    with pytest.raises(InputError, match="for 'atp_c' made no state"):
        draw_states(
            system,
            Preset(50.0, 60.0, 1),
            1,
            np.random.default_rng(0),
            ["atp_c"],
        )


def test_sets_without_the_steady_state_are_refused(model, state, relevant):
    weak = relevant.isel(set=[0]).copy(deep=True)
    weak["vmax"].loc[{"reaction": "PGI"}] *= 0.5
    with pytest.raises(InputError, match=r"vmax of 'PGI' is .* gives the flux of steady state"):
        perturb(model, state, weak)
