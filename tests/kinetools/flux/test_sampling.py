"""Flux posteriors: against exact answers, and what a run must survive."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import kinetools as kt
from kinetools.flux import sampling
from kinetools.flux.chains import Acmet
from kinetools.flux.draw_store import DrawStore
from kinetools.flux.tempering import WARM_UP, TemperedChains

# Mean and deviation of the toy's posterior by quadrature on a 3000 × 3000 grid (σ = 0.01).
EXACT = {"b_ec": (19.9727, 1.7527)}
EXACT_REVERSE = (51.6572, 26.7985)


@pytest.fixture(scope="module")
def toy():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def measured():
    return kt.load_measurements("toy")


def sample(toy, measurements, **options):
    settings = {"chains": 4, "draws": 2000, "seed": 1, "sigma": 0.01, "progress": False}
    return kt.sample_fluxes(toy, measurements, **settings | options)


@pytest.fixture(scope="module")
def posterior(toy, measured):
    return sample(toy, measured, ess=4000)


def assert_exact(idata):
    import arviz

    net = idata.posterior.net_flux.sel(reaction="b_ec")
    reverse = idata.posterior.exchange_flux.sel(reaction="b_d")  # b_d runs forward on net
    for values, (mean, deviation) in ((net, EXACT["b_ec"]), (reverse, EXACT_REVERSE)):
        ess = float(arviz.ess(values.values))
        error = deviation / np.sqrt(ess)
        assert abs(float(values.mean()) - mean) < 4 * error
        assert abs(float(values.std()) / deviation - 1) < 4 / np.sqrt(ess)


def test_the_toy_posterior_is_that_of_quadrature(posterior):
    assert_exact(posterior)


def test_the_published_sampler_gives_the_same_posterior(toy, measured):
    idata = sample(
        toy, measured, sampler="acmet", warm_up=5000, ess=300, max_steps=800_000, minutes=5
    )
    assert idata.posterior.attrs["sampler"] == "acmet"
    # All its chains start in one place, which shows no convergence however well they mix.
    assert idata.posterior.attrs["converged"] == 0
    assert idata.posterior.attrs["verdict"].startswith("Mixed, but not shown to be converged: ")
    assert_exact(idata)


def test_a_run_says_in_words_that_it_converged(posterior):
    attrs = posterior.posterior.attrs
    assert attrs["converged"] == 1
    assert attrs["verdict"].startswith("Converged: every flux")
    assert min(json.loads(attrs["round_trips"])) >= 5
    assert json.loads(attrs["starts"]) == ["optima", "prior", "optima", "prior"]


def test_a_short_run_says_that_it_has_not_converged(toy, measured):
    idata = sample(toy, measured, draws=20, ess=1e6, max_steps=100)
    assert idata.posterior.attrs["converged"] == 0
    assert idata.posterior.attrs["verdict"].startswith("Not converged: ")


def test_a_run_whose_time_is_over_before_it_began_still_gives_what_it_has(toy, measured):
    idata = sample(toy, measured, draws=20, ess=1e6, minutes=1e-6)
    assert idata.posterior.attrs["converged"] == 0
    assert 4 <= idata.posterior.sizes["draw"] <= 20


def test_how_many_steps_are_taken_at_once_changes_no_draw(toy, measured, monkeypatch):
    runs = []
    for seconds in (1e-9, 10.0):
        monkeypatch.setattr("kinetools.flux.sampling.BLOCK_SECONDS", seconds)
        runs.append(sample(toy, measured, draws=30, ess=1e6, max_steps=200))
    np.testing.assert_array_equal(*(run.posterior.net_flux.values for run in runs))


def test_draws_are_steady_fluxes_within_bounds(posterior, toy, measured):
    net = posterior.posterior.net_flux.values
    np.testing.assert_allclose(net @ toy.stoichiometry.T, 0, atol=1e-9)
    np.testing.assert_allclose(net[..., toy.index("a_exchange")], -100, atol=1e-9)
    exchange = posterior.posterior.exchange_flux.values
    assert exchange.min() >= 0
    assert (np.abs(net) + exchange).max() <= 150 + 1e-6


def test_the_log_likelihood_is_that_of_the_draws(posterior, toy, measured):
    data = posterior.posterior
    net, exchange = data.net_flux.values, data.exchange_flux.values
    forward, reverse = np.maximum(net, 0) + exchange, np.maximum(-net, 0) + exchange
    likelihood = kt.LabellingLikelihood(toy, measured, sigma=0.01)
    np.testing.assert_allclose(
        posterior.sample_stats.lp.values, likelihood.log_likelihood(forward, reverse), atol=1e-8
    )
    np.testing.assert_allclose(
        posterior.log_likelihood.mass.sum("value").values, posterior.sample_stats.lp, atol=1e-9
    )


def test_without_likelihood_the_prior_is_sampled(toy, measured):
    idata = sample(toy, measured, likelihood=False)
    net = idata.posterior.net_flux
    expected = idata.prior.net_flux
    for reaction in ("b_ec", "b_d"):
        one, other = (d.sel(reaction=reaction).values.ravel() for d in (net, expected))
        assert abs(one.mean() - other.mean()) < 0.15 * other.std()
        assert abs(one.std() / other.std() - 1) < 0.1


def test_the_number_of_workers_changes_nothing(toy, measured):
    runs = [
        sample(toy, measured, draws=50, max_steps=60, ess=1e6, workers=workers)
        for workers in (1, 2)
    ]
    np.testing.assert_array_equal(*(r.posterior.net_flux.values for r in runs))


def test_other_seeds_give_other_draws(toy, measured):
    runs = [sample(toy, measured, draws=20, max_steps=20, ess=1e6, seed=s) for s in (1, 2)]
    assert not np.allclose(*(r.posterior.net_flux.values for r in runs))


RUN = """
import sys
import kinetools as kt
kt.sample_fluxes(
    kt.load_flux_model("toy"), kt.load_measurements("toy"), draws=400, seed=5, sigma=0.01,
    run_dir=sys.argv[1], ess=1e6, max_steps=20_000, progress=False,
)
"""


def test_a_killed_run_goes_on_to_the_same_result(toy, measured, tmp_path):
    options = {"draws": 400, "seed": 5, "ess": 1e6, "max_steps": 20_000}
    whole = sample(toy, measured, **options)
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)], cwd=Path(kt.__file__).parent.parent
    )
    deadline = time.monotonic() + 120
    while not (folder / "state.npz").is_file() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not (folder / "posterior.nc").exists()
    resumed = sample(toy, measured, run_dir=folder, **options)
    for name in ("net_flux", "exchange_flux"):
        np.testing.assert_array_equal(resumed.posterior[name].values, whole.posterior[name].values)
    again = sample(toy, measured, run_dir=folder, **options)  # finished: read, not sampled
    np.testing.assert_array_equal(again.sample_stats.lp.values, whole.sample_stats.lp.values)
    with pytest.raises(kt.InputError, match="seed = 5, not 6"):
        sample(toy, measured, run_dir=folder, **options | {"seed": 6})


def test_a_run_interrupted_while_it_warms_up_goes_on_to_the_same_result(
    toy, measured, tmp_path, monkeypatch
):
    options = {"draws": 400, "seed": 5, "ess": 1e6, "max_steps": 2000}
    whole = sample(toy, measured, **options)
    monkeypatch.setattr(sampling, "SAVED", 0.0)
    warm_up, draw, done = TemperedChains.warm_up, TemperedChains.sample, []

    def interrupted(chains, stage):
        if stage in (5, WARM_UP - 1) and stage not in done:
            done.append(stage)
            raise KeyboardInterrupt
        done.append(stage)
        warm_up(chains, stage)

    def interrupted_once(chains, *arguments):
        monkeypatch.setattr(TemperedChains, "sample", draw)
        raise KeyboardInterrupt

    monkeypatch.setattr(TemperedChains, "warm_up", interrupted)
    monkeypatch.setattr(TemperedChains, "sample", interrupted_once)
    for _ in range(3):  # twice in the warm-up, and before the first draw
        with pytest.raises(KeyboardInterrupt):
            sample(toy, measured, run_dir=tmp_path / "run", **options)
    resumed = sample(toy, measured, run_dir=tmp_path / "run", **options)
    assert sorted(done) == sorted([*range(WARM_UP), 5, WARM_UP - 1])  # no stage is done twice
    for name in ("net_flux", "exchange_flux"):
        np.testing.assert_array_equal(resumed.posterior[name].values, whole.posterior[name].values)


def test_the_published_sampler_goes_on_after_its_warm_up(toy, measured, tmp_path, monkeypatch):
    options = {"sampler": "acmet", "warm_up": 500, "draws": 100, "max_steps": 1000, "ess": 1e6}
    whole = sample(toy, measured, **options)
    monkeypatch.setattr(sampling, "SAVED", 0.0)
    draw = Acmet.sample

    def interrupted_once(chains, *arguments):
        monkeypatch.setattr(Acmet, "sample", draw)
        raise KeyboardInterrupt

    monkeypatch.setattr(Acmet, "sample", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        sample(toy, measured, run_dir=tmp_path / "run", **options)
    resumed = sample(toy, measured, run_dir=tmp_path / "run", **options)
    np.testing.assert_array_equal(
        resumed.posterior.net_flux.values, whole.posterior.net_flux.values
    )


def test_a_run_of_another_version_is_named(toy, measured, tmp_path):
    (tmp_path / "parameters.json").write_text('{"format": "kinetools flux sampling 1"}')
    with pytest.raises(kt.InputError, match="another version of kinetools; read a result"):
        sample(toy, measured, run_dir=tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampler": "nuts"}, "sampler='nuts'"),
        ({"sigma": "some"}, "sigma='some'"),
        ({"sigma": -1.0}, "sigma"),
        ({"measured": "no"}, "measured='no'"),
        ({"chains": 0}, "chains"),
        ({"draws": 2}, "draws"),
        ({"r_hat": 1.0}, "r_hat"),
        ({"minutes": 0}, "minutes"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_settings_are_named(toy, measured, options, message):
    with pytest.raises(kt.InputError, match=message):
        sample(toy, measured, **options)


@pytest.mark.parametrize("function", [kt.sample_fluxes, kt.fit_fluxes, kt.LabellingLikelihood])
def test_names_in_place_of_network_and_measurements_are_named(toy, measured, function):
    with pytest.raises(kt.InputError, match="network: expected what load_flux_model returns"):
        function("toy", measured)
    for other in ("toy", None):
        with pytest.raises(kt.InputError, match="measurements: "):
            function(toy, other)


def test_a_posterior_is_kept_and_read_again(posterior, tmp_path):
    path = kt.save_posterior(posterior, tmp_path / "posterior.nc")
    again = kt.load_posterior(path)
    np.testing.assert_array_equal(
        again.posterior.net_flux.values, posterior.posterior.net_flux.values
    )
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(kt.InputError, match="cannot be read as a posterior"):
        kt.load_posterior(path)


def test_bundled_posteriors_have_names(posterior, tmp_path, monkeypatch):
    assert kt.load_posterior("toya_core_wt5h").posterior.sizes["reaction"] == 63
    monkeypatch.chdir(tmp_path)
    kt.save_posterior(posterior, "toya_core_wt5h/posterior.nc")  # a path goes before a name
    found = kt.load_posterior("toya_core_wt5h").posterior
    assert found.sizes["reaction"] == posterior.posterior.sizes["reaction"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (None, "name or path of a posterior, found a NoneType"),
        (5, "name or path of a posterior, found a int"),
        (["a"], "name or path of a posterior, found a list"),
        ("a" * 400, "no bundled file"),
        ("\0", "no bundled file"),
        ("toya_core", r"there are: ecoli_genome_wt5h, .*toya_core_wt5h"),
        ("missing.nc", r"missing\.nc: no such file"),
        (".", r"posterior\.nc: no such file; give the run_dir"),
    ],
)
def test_what_is_no_file_of_a_posterior_is_said(path, message):
    with pytest.raises(kt.InputError, match=message):
        kt.load_posterior(path)


def test_a_store_thins_instead_of_growing():
    store = DrawStore(10)
    for first in range(0, 100, 5):
        steps = np.arange(first, first + 5) + 1
        kept = steps[steps % store.thinning == 0]
        while len(kept):
            part = kept[: store.room]
            store.append(x=part[None])
            kept = kept[len(part) :]
            kept = kept[kept % store.thinning == 0]
    assert store.length <= 20
    np.testing.assert_array_equal(np.diff(store["x"][0]), store.thinning)
    assert store["x"][0, -1] <= 100
    assert len(store.chosen("x")[0]) == 10
