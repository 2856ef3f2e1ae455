"""The relevance signal is zero inside a class, and outside its gradient is the one of differences."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.gan.features import LogRatio, live_parameters
from kinetools.gan.relevance import Bound, SpectralSignal, class_regions
from kinetools.kinetics.labels import label_chunk
from kinetools.kinetics.parameter_sets import linearise

CLASSES = {
    "relevant": ["relevant"],
    "slow": ["too slow"],
    "bad": ["unstable", "excluded"],
}
OPTIONS = {"margin": 1.5, "scale": 5.0, "clip": 1e9}


@pytest.fixture(scope="module")
def rule():
    return kt.LabelRule(slowest=-9, fastest=-5e10, conditions=[("km_substrate_PGI", "<", 2000.0)])


@pytest.fixture(scope="module")
def parts(model, state, labelled, rule):
    names = [n for n in live_parameters(labelled)]
    rule = kt.LabelRule(slowest=-9, fastest=-5e10, conditions=[(names[3], "<", 2000.0)])
    linearisation = linearise(model, state)
    features = LogRatio.of(model, state, names)
    return linearisation, features, rule


def km_of(linearisation, features, values, rest):
    km = rest.copy()
    names = list(linearisation.model.parameter_names)
    km[:, [names.index(n) for n in features.parameters]] = features.inverse(values)
    return km


@pytest.fixture(scope="module")
def draws(parts):
    linearisation, features, _ = parts
    rng = np.random.default_rng(5)
    values = features.prior(rng, 300)
    rest = np.exp(rng.normal(5, 1, (300, linearisation.n_parameters)))
    return values, rng.integers(0, 3, 300), rest


def test_a_set_inside_its_class_is_not_pushed_and_no_other_set_counts_as_inside(parts, draws):
    linearisation, features, rule = parts
    values, _, rest = draws
    signal = SpectralSignal(linearisation, features, rule, CLASSES, **(OPTIONS | {"margin": 0.0}))
    km = km_of(linearisation, features, values, rest)
    sets = kt.parameter_sets(linearisation.model, linearisation.state, km)
    known = sets.assign({k: ("set", v) for k, v in label_chunk(linearisation, km).items()})
    labels = rule.classify(known)
    for code, members in enumerate(CLASSES.values()):
        violation, gradient = signal(values, np.full(len(values), code), rest)
        inside = np.isin(labels, members)
        if code == 1:  # too slow is judged by the speed alone
            inside |= (labels == "excluded") & (violation == 0)
        assert ((violation == 0) == inside).all()
        assert not gradient[violation == 0].any()


def test_the_gradient_is_that_of_differences(parts, draws):
    linearisation, features, rule = parts
    values, codes, rest = draws
    signal = SpectralSignal(linearisation, features, rule, CLASSES, **OPTIONS)
    rng = np.random.default_rng(1)
    direction = rng.normal(size=values.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    violation, gradient = signal(values, codes, rest)
    step = 1e-4
    up, down = (signal(values + s * direction, codes, rest)[0].astype(float) for s in (step, -step))
    numeric = (up - down) / (2 * step)
    exact = (gradient * direction).sum(axis=1)
    close = np.isclose(numeric, exact, rtol=0.02, atol=0.02)
    # Where two eigenvalues meet, or at a threshold, there is a kink.
    assert close.mean() > 0.95
    assert (violation > 0).mean() > 0.3


def test_the_gradient_of_a_set_is_never_longer_than_the_clip(parts, draws):
    linearisation, features, rule = parts
    signal = SpectralSignal(linearisation, features, rule, CLASSES, **(OPTIONS | {"clip": 0.5}))
    _, gradient = signal(draws[0], draws[1], draws[2])
    assert np.linalg.norm(gradient, axis=1).max() <= 0.5 + 1e-6


def test_a_step_against_the_gradient_brings_more_sets_into_the_class(parts, draws):
    linearisation, features, rule = parts
    values, _, rest = draws
    signal = SpectralSignal(linearisation, features, rule, CLASSES, **(OPTIONS | {"clip": 3.0}))
    target = np.zeros(len(values), int)
    first, gradient = signal(values, target, rest)
    second, _ = signal(values - 0.1 * gradient, target, rest)
    assert (second == 0).sum() > (first == 0).sum()
    assert second.mean() < first.mean()


def test_a_class_of_several_labels_is_a_union_of_regions():
    rule = kt.LabelRule(slowest=-9, longest_time_constant=5)
    names = ["km_a"]
    assert class_regions(rule, ["unstable"], names) == [[Bound("eigenvalue_max", -1.0, 0.0)]]
    slow = class_regions(rule, ["too slow", "unstable"], names)
    assert len(slow) == 3
    assert Bound("eigenvalue_max", -1.0, -12.0) in slow[1]


@pytest.mark.parametrize(
    "rule",
    [
        kt.LabelRule(function=lambda sets: sets["eigenvalue_max"].values < 0),
        kt.LabelRule(conditions=[("vmax_PGI", "<", 3.0)]),
    ],
)
def test_a_rule_without_a_gradient_is_said_to_have_none(rule):
    with pytest.raises(kt.InputError, match="gradient"):
        class_regions(rule, ["relevant"], ["km_a"])


def test_a_class_that_no_set_can_have_is_refused(parts):
    linearisation, features, _ = parts
    with pytest.raises(kt.InputError, match="no set can be of class 'excluded'"):
        SpectralSignal(
            linearisation,
            features,
            kt.LabelRule(),
            {"relevant": ["relevant"], "excluded": ["excluded"]},
            **OPTIONS,
        )
