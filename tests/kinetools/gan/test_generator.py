"""A generator travels as one file, generates the same sets everywhere, and refuses what is not its own."""

import json
import zipfile

import numpy as np
import pytest

import kinetools as kt
from kinetools.gan.features import LogRange, LogRatio, live_parameters
from kinetools.gan.generator import Generator
from kinetools.gan.networks import published_generator, residual_generator

CLASSES = {"relevant": ["relevant"], "other": ["too slow", "unstable", "excluded"]}


@pytest.fixture(scope="module", params=["published", "residual"])
def generator(request, model, state, labelled):
    rng = np.random.default_rng(3)
    if request.param == "published":
        features = LogRange.fit(model.parameter_names, labelled.km.values)
        network = published_generator(259, seed=1)
    else:
        features = LogRatio.of(model, state, live_parameters(labelled))
        network = residual_generator(238, width=32, seed=1)
        network.layers[-2].set_weights([rng.normal(0, 0.05, (32, 238)), np.zeros(238)])
    return Generator(network, features, CLASSES, model, state, kt.LabelRule(), {"epoch": 7})


def test_a_generator_survives_its_file_to_the_bit(generator, tmp_path):
    loaded = kt.load_generator(generator.save(tmp_path / "g.keras"))
    assert loaded.features == generator.features
    assert loaded.classes == CLASSES
    assert loaded.provenance == {"epoch": 7}
    assert (loaded.model.hash, loaded.state.hash) == (generator.model.hash, generator.state.hash)
    assert loaded.rule.to_records() == generator.rule.to_records()
    for label in CLASSES:
        one, other = (g.km(label, 50, np.random.default_rng(1)) for g in (generator, loaded))
        assert np.array_equal(one, other)


def test_generated_sets_are_parameter_sets_of_the_model(generator, model, state):
    sets = generator.generate(300, seed=2, progress=False)
    assert dict(sets.sizes) == {"set": 300, "parameter": 259, "reaction": 67}
    again = kt.parameter_sets(model, state, sets.km)
    assert np.allclose(again.vmax, sets.vmax, rtol=1e-12)
    assert kt.label_parameters(model, state, sets, progress=False).label.size == 300
    assert json.loads(sets.attrs["history"])[0]["function"] == "generate"


def test_classes_are_generated_from_different_conditions(generator):
    one, other = (generator.km(label, 20, np.random.default_rng(1)) for label in CLASSES)
    assert not np.allclose(one, other)


def test_the_same_seed_gives_the_same_sets_for_any_number_of_workers(generator):
    one = generator.generate(5000, seed=4, workers=1, progress=False)
    two = generator.generate(5000, seed=4, workers=2, progress=False)
    assert np.array_equal(one.km, two.km)
    assert not np.array_equal(one.km, generator.generate(5000, seed=5, progress=False).km)


def test_a_larger_population_begins_with_the_smaller_one(generator):
    small = generator.generate(2048, seed=4, progress=False)
    large = generator.generate(4096, seed=4, progress=False)
    assert np.array_equal(large.km[:2048], small.km)


def test_parameters_that_no_rate_law_contains_come_from_the_prior(model, state, labelled):
    from scipy import stats

    features = LogRatio.of(model, state, live_parameters(labelled))
    network = residual_generator(238, width=8)
    km = Generator(network, features, CLASSES, model, state).km(
        "relevant", 4000, np.random.default_rng(0)
    )
    dead = np.flatnonzero(~labelled.parameter_live.values)
    concentration = state.concentrations[model.parameters[dead[0]].metabolite]
    saturation = concentration / (concentration + km[:, dead[0]])
    assert stats.kstest(saturation, "uniform").pvalue > 1e-3


def test_streamed_sets_are_those_in_memory(generator, tmp_path):
    path = tmp_path / "sets.nc"
    streamed = generator.generate(3000, seed=6, path=path, progress=False)
    memory = generator.generate(3000, seed=6, progress=False)
    assert np.array_equal(streamed.km, memory.km)
    assert np.array_equal(streamed.vmax, memory.vmax)
    assert not list(tmp_path.glob("*.partial"))
    again = generator.generate(3000, seed=6, path=path, progress=False)
    assert np.array_equal(again.km, streamed.km)
    with pytest.raises(kt.InputError, match="in another way"):
        generator.generate(3000, seed=7, path=path, progress=False)


def test_interrupted_generation_goes_on_where_it_was(generator, tmp_path):
    path = tmp_path / "sets.nc"

    def interrupt(done, total):
        if done >= 4096:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generator.generate(10_000, seed=6, path=path, workers=1, progress=interrupt)
    assert path.with_name("sets.nc.partial").exists()
    counted = []
    sets = generator.generate(
        10_000, seed=6, path=path, progress=lambda done, total: counted.append(done)
    )
    assert counted[0] >= 4096
    assert np.array_equal(sets.km, generator.generate(10_000, seed=6, progress=False).km)


@pytest.fixture(scope="module")
def prior(model, state, labelled):
    """A residual generator that has learned nothing: ORACLE's prior, 59 % relevant."""
    features = LogRatio.of(model, state, live_parameters(labelled))
    network = residual_generator(238, width=8)
    return Generator(network, features, CLASSES, model, state, kt.LabelRule())


def test_verified_sets_all_pass_and_the_acceptance_is_that_of_the_generator(prior, tmp_path):
    sets = prior.generate(3000, seed=1, verify=True, progress=False)
    assert (sets.label == "relevant").all()
    assert (sets.eigenvalue_max < -9).all()
    assert kt.acceptance_rate(sets) == pytest.approx(0.59, abs=0.03)
    streamed = prior.generate(3000, seed=1, verify=True, path=tmp_path / "v.nc", progress=False)
    assert np.array_equal(streamed.km, sets.km)
    assert np.array_equal(streamed.candidates, sets.candidates)
    assert (streamed.label == "relevant").all()


def test_verified_sets_of_the_other_class_are_none_of_the_first(prior):
    sets = prior.generate(200, label="other", seed=1, verify=True, progress=False)
    assert (sets.label != "relevant").all()
    assert kt.acceptance_rate(sets) == pytest.approx(0.41, abs=0.1)


def test_a_rule_that_nothing_passes_ends_in_a_sentence_and_leaves_no_file(prior, tmp_path):
    with pytest.raises(kt.InputError, match="only 0 of"):
        prior.generate(
            3, verify=True, rule=kt.LabelRule(slowest=-1e9), path=tmp_path / "x.nc", progress=False
        )
    assert not list(tmp_path.iterdir())


def test_acceptance_of_sets_that_were_not_verified_is_refused(prior):
    with pytest.raises(kt.InputError, match="verify=True"):
        kt.acceptance_rate(prior.generate(3, progress=False))


def test_recentring_keeps_the_ratios_to_the_concentrations(model, state, labelled):
    features = LogRatio.of(model, state, live_parameters(labelled))
    network = residual_generator(238, width=8)
    source = Generator(network, features, CLASSES, model, state)
    target = kt.load_steady_state("ecoli", physiology=3)
    moved = source.recentred(target)
    one, other = (g.km("relevant", 10, np.random.default_rng(1)) for g in (source, moved))
    metabolites = [p.metabolite for p in model.parameters]
    ratio = (
        target.concentrations[metabolites].to_numpy() / state.concentrations[metabolites].to_numpy()
    )
    assert np.allclose(other / one, ratio)
    assert moved.state is target


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n_sets": 0}, "n_sets"),
        ({"n_sets": 5, "label": "good"}, "no class 'good'.*'relevant', 'other'"),
        ({"n_sets": 5, "seed": -1}, "seed"),
        ({"n_sets": 5, "workers": 0}, "workers"),
    ],
)
def test_bad_arguments_get_one_sentence(prior, arguments, sentence):
    with pytest.raises(kt.InputError, match=sentence):
        prior.generate(progress=False, **arguments)


def _truncated(path):
    path.write_bytes(path.read_bytes()[:3000])


def _foreign(path):
    residual_generator(5, width=4).save(path)


def _text(path):
    path.write_text("hello")


def _rewritten(change):
    def damage(path):
        with zipfile.ZipFile(path) as file:
            members = {n: file.read(n) for n in file.namelist()}
        content = json.loads(members["kinetools.json"])
        change(content)
        members["kinetools.json"] = json.dumps(content).encode()
        with zipfile.ZipFile(path, "w") as file:
            for name, data in members.items():
                file.writestr(name, data)

    return damage


def _without_weights(path):
    with zipfile.ZipFile(path) as file:
        members = {n: file.read(n) for n in file.namelist() if not n.endswith(".h5")}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_truncated, "damaged"),
        (_foreign, "no generator of kinetools"),
        (_text, "damaged"),
        (_without_weights, "network cannot be read"),
        (_rewritten(lambda c: c.pop("model")), "damaged"),
        (_rewritten(lambda c: c["features"].update(kind="x")), "damaged"),
        (_rewritten(lambda c: c["features"].update(parameters=["km_x"] * 238)), "do not fit"),
        (_rewritten(lambda c: c.update(version=99)), "newer kinetools"),
        (_rewritten(lambda c: c.update(format="other")), "no generator of kinetools"),
    ],
)
def test_a_damaged_or_foreign_file_gets_one_sentence(prior, tmp_path, damage, sentence):
    path = prior.save(tmp_path / "g.keras")
    damage(path)
    with pytest.raises(kt.InputError, match=sentence):
        kt.load_generator(path)


def test_a_missing_file_and_a_folder_without_a_training_are_named(tmp_path):
    with pytest.raises(kt.InputError, match="expected the path"):
        kt.load_generator(3)
    with pytest.raises(kt.InputError, match="no such file"):
        kt.load_generator(tmp_path / "g.keras")
    with pytest.raises(kt.InputError, match="holds no training"):
        kt.load_generator(tmp_path)


def test_code_in_a_file_is_not_run(tmp_path, prior):
    import keras

    evil = keras.Sequential([keras.Input((238,)), keras.layers.Lambda(lambda x: x)])
    path = tmp_path / "evil.keras"
    evil.save(path)
    with zipfile.ZipFile(prior.save(tmp_path / "g.keras")) as file:
        description = file.read("kinetools.json")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("kinetools.json", description)
    with pytest.raises(kt.InputError, match="network cannot be read"):
        kt.load_generator(path)
