"""TrajectoryExplorer without a browser: its traits, what the page would receive, and the static picture."""

import itertools
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.verdicts import VERDICTS
from widgets.trajectory_explorer import TrajectoryExplorer
from widgets.trajectory_explorer_data import AT_LEAST, MOST, drawn_rows
from widgets.trajectory_explorer_words import time_places, time_text, time_ticks

PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def sets(model, state):
    sets = kt.sample_parameters(model, state, n_sets=60, seed=1, progress=False)
    sets = sets.assign_coords(set=sets["set"] + 1000)  # numbers are not positions
    sets = kt.label_parameters(model, state, sets, progress=False)
    relevant = np.flatnonzero(sets.label.values == "relevant")[:6]
    others = np.flatnonzero(sets.label.values != "relevant")[:2]
    return sets.isel(set=np.concatenate([relevant, others]))


def perturb(model, state, sets, **options):
    common = {"rtol": 1e-4, "workers": 1, "progress": False, "hours": [0, 1e-5, 1e-3, 0.05, 0.35]}
    return kt.perturb(model, state, sets, **common | options)


@pytest.fixture(scope="module")
def trajectories(model, state, sets):
    found = perturb(model, state, sets, n_trials=5)
    assert 0 < found.returned.mean() < 1
    return found


@pytest.fixture
def explorer(model, state, sets, trajectories):
    return TrajectoryExplorer(model, state, sets, trajectories, map=None)


def traces(figure, kind):
    return [trace for trace in figure["data"] if trace.get("meta", {}).get("kind") == kind]


def test_it_counts_the_outcomes_and_starts_with_a_trajectory_that_escaped(explorer, trajectories):
    returned = int(trajectories.returned.sum())
    assert explorer.counts == {
        "returned": returned,
        "escaped": trajectories.returned.size - returned,
        "unresolved": 0,
    }
    chosen = trajectories.sel(set=explorer.set, trial=explorer.trial)
    assert not chosen.returned
    assert f"{returned} returned" in repr(explorer)


def test_all_trajectories_lie_where_the_components_put_them(explorer, trajectories):
    figure = explorer.view.plane.figure
    score = explorer.pca.transform(trajectories, progress=False).score.values
    seen = []
    length = trajectories.sizes["time"] + 1
    for trace in traces(figure, "paths"):
        x, y = np.array(trace["x"], float), np.array(trace["y"], float)
        assert np.isnan(x[length - 1 :: length]).all()  # a gap after each
        for k, row in enumerate(trace["meta"]["rows"]):
            own = slice(k * length, (k + 1) * length - 1)
            expected = score[divmod(row, trajectories.sizes["trial"])]
            np.testing.assert_allclose(x[own], expected[:, 0], rtol=1e-4, atol=1e-9)
            np.testing.assert_allclose(y[own], expected[:, 1], rtol=1e-4, atol=1e-9)
            seen.append(row)
    assert sorted(seen) == sorted([*range(trajectories.returned.size), explorer.row])
    assert len(json.dumps(figure)) < 100_000
    (steady,) = traces(figure, "steady")
    mean, axes = explorer.pca.mean.to_numpy(), explorer.pca.loadings.to_numpy()
    np.testing.assert_allclose([steady["x"][0], steady["y"][0]], -mean @ axes[:, :2], rtol=1e-4)


def test_outcomes_and_classes_colour_the_trajectories(explorer, trajectories, sets):
    def legend():
        shown = [t for t in explorer.view.plane.figure["data"] if t["showlegend"]]
        return {t["name"] for t in shown} - {"start", "chosen", "steady state"}

    returned = explorer.counts["returned"]
    assert legend() == {f"returned: {returned}", f"escaped: {40 - returned}"}
    explorer.colour = "class"
    expected = {n: 5 * int((sets.label == n).sum()) for n in set(sets.label.values)}
    assert legend() == {f"{name}: {n}" for name, n in expected.items()}
    assert explorer.view.axes.colour.value == "class"


def test_axes_are_chosen_swapped_and_turned_into_space(explorer):
    bar, plane = explorer.view.axes, explorer.view.plane
    explorer.axes = [2, 4]
    assert [one.value for one in bar.pickers[:2]] == [2, 4]
    assert "PC4" in plane.figure["layout"]["yaxis"]["title"]["text"]
    bar.pickers[0].value = 4  # is on the other axis
    assert explorer.axes == [4, 2]
    bar.space.value = True
    assert explorer.axes == [4, 2, 1]
    assert {t["type"] for t in plane.figure["data"]} == {"scatter3d"}
    assert "z" in traces(plane.figure, "paths")[0]
    assert "PC1" in {t["name"] for t in explorer.view.loadings.figure["data"]}
    bar.space.value = False
    assert explorer.axes == [4, 2]


def test_a_click_on_a_trajectory_shows_it_in_full(explorer, trajectories):
    plane = explorer.view.plane
    number, trace = next(
        (k, t) for k, t in enumerate(plane.figure["data"]) if t["meta"]["kind"] == "paths"
    )
    length, k = trajectories.sizes["time"] + 1, 3
    plane.clicked = {"points": [[number, k * length + 2]], "at": "now"}
    row = trace["meta"]["rows"][k]
    assert explorer.row == row
    position, trial = divmod(row, 5)
    assert (explorer.set, explorer.trial) == (int(trajectories.set[position]), trial)
    assert explorer.view.set.value == explorer.set
    assert f"Set {explorer.set}, trial {trial}" in explorer.view.chosen.value
    ratio = trajectories.concentration[position, trial] / trajectories.reference
    np.testing.assert_allclose(explorer.courses, ratio, rtol=1e-12)
    courses = {t["name"]: t for t in explorer.view.courses.figure["data"]}
    moved = np.abs(np.log(explorer.courses)).max().sort_values(ascending=False)
    assert list(courses)[1:] == list(moved.index[:6]) == explorer.named()
    first = moved.index[0]
    np.testing.assert_allclose(courses[first]["y"], explorer.courses[first], rtol=1e-4)


def test_metabolites_are_named_on_request(explorer):
    explorer.metabolites = ["fdp_c", "atp_c", "fdp_c"]
    assert explorer.named() == ["fdp_c", "atp_c"]
    names = [t["name"] for t in explorer.view.courses.figure["data"]]
    assert names == ["48 others", "fdp_c", "atp_c"]
    names = explorer.view.names
    names.field.value = "pep_c"
    assert explorer.metabolites == ["fdp_c", "atp_c", "pep_c"]
    assert names.field.value == ""
    next(b for b in names.widget.children if b.description == "atp_c ✕").click()
    assert explorer.metabolites == ["fdp_c", "pep_c"]
    names.reset.click()
    assert explorer.metabolites == []
    assert len(explorer.named()) == 6
    assert names.reset not in names.widget.children


def test_a_click_on_a_time_course_names_its_metabolite_or_takes_the_name_away(explorer):
    chart, first = explorer.view.courses, explorer.named()
    others = [name for name in explorer.courses.columns if name not in first]
    chart.clicked = {"points": [[0, 7 * 6 + 2]], "at": "now"}  # five times and a gap each
    assert explorer.metabolites == [*first, others[7]]
    chart.clicked = {"points": [[2, 1]], "at": "later"}
    assert explorer.metabolites == [first[0], *first[2:], others[7]]


def test_the_map_has_the_numbers_of_the_time_and_scales_of_all_times(
    model, state, sets, trajectories
):
    explorer = TrajectoryExplorer(model, state, sets, trajectories)
    view = explorer.view
    rates = kt.trajectory_rates(
        model, state, sets, trajectories.sel(set=explorer.set, trial=explorer.trial)
    )
    scales = view.map.reaction_scale, view.map.metabolite_scale
    for index in (0, 3, -1):
        explorer.time_index = index
        assert view.bar.index == index % 5
        now = explorer.courses.iloc[index]
        for name in ("fdp_c", "pyr_c"):
            assert view.map.metabolite_data[name] == pytest.approx(np.log2(now[name]), rel=1e-3)
        assert view.map.metabolite_data["glc_D_e"] == 0
        shown = np.array([view.map.reaction_data[r] for r in rates.reaction.values])
        np.testing.assert_allclose(shown, rates.isel(time=index), rtol=1e-3)
    explorer.fluxes = "change"
    steady = state.fluxes["PFK"]
    expected = float(rates.sel(reaction="PFK").isel(time=-1)) - steady
    assert view.map.reaction_data["PFK"] == pytest.approx(expected, rel=1e-3)
    assert view.map.reaction_scale.kind == "diverging"
    explorer.fluxes = "flux"
    assert (view.map.reaction_scale, view.map.metabolite_scale) == scales
    # The page moves the map with numbers of its own: they must be the same.
    frames = view.bar.frames
    explorer.time_index = 2
    for kind, by_id in frames.items():
        assert view.map._layers[kind]["values"] == {id: v[2] for id, v in by_id.items()}
    assert len(json.dumps(frames)) < 20_000
    assert not view.map._layers["note"]


def test_the_time_of_the_page_arrives_and_an_unknown_one_is_refused(explorer):
    explorer.view.bar.set_state({"index": 3, "_place": 0.9})
    assert explorer.time_index == 3
    line = next(s for s in explorer.view.courses.figure["layout"]["shapes"] if s.get("name"))
    assert line["x0"] == pytest.approx(60 * 0.05)
    explorer.time_index = -1
    assert explorer.time_index == explorer.view.bar.index == 4


def test_what_is_drawn_is_a_table_too(explorer, trajectories):
    table = explorer.shown
    assert list(table.columns) == ["set", "trial", "verdict", "distance", "class"]
    assert len(table) == trajectories.returned.size
    assert (table.verdict == "returned").sum() == explorer.counts["returned"]
    np.testing.assert_allclose(table.distance, trajectories.distance.values.ravel())


def test_many_trajectories_are_thinned_without_losing_the_rare_ones():
    codes = np.zeros(5000, int)
    codes[:700] = VERDICTS.index("escaped")
    codes[[11, 4000]] = VERDICTS.index("unresolved")
    rows = drawn_rows(codes)
    assert len(rows) == MOST == len(np.unique(rows))
    assert {11, 4000} <= {*rows}
    drawn = np.bincount(codes[rows], minlength=3)
    assert drawn[2] == 2
    assert AT_LEAST <= drawn[1] < 0.25 * MOST
    np.testing.assert_array_equal(rows, drawn_rows(codes))


def test_a_thinned_picture_says_so_and_still_shows_what_is_chosen(
    model, state, sets, trajectories, monkeypatch
):
    monkeypatch.setattr("widgets.trajectory_explorer_data.MOST", 12)
    monkeypatch.setattr("widgets.trajectory_explorer_data.AT_LEAST", 2)
    explorer = TrajectoryExplorer(model, state, sets, trajectories, map=None)
    assert "12 of 40 trajectories are drawn" in explorer.view.note.value
    assert len(explorer.shown) == 12
    left_out = next(r for r in range(40) if r not in explorer.data.drawn)
    explorer.choose(*explorer.data.place(left_out))
    *_, chosen = traces(explorer.view.plane.figure, "paths")
    assert chosen["meta"]["rows"] == [left_out]
    assert None not in chosen["x"][:5]


def test_what_has_no_logarithm_leaves_a_gap_and_is_said(model, state, sets, trajectories, recwarn):
    odd = trajectories.copy(deep=True)
    odd.concentration[0, 0, 2, 0] = -1e-3
    explorer = TrajectoryExplorer(model, state, sets, odd, map=None)
    assert "1 of their moments is left out" in explorer.view.note.value
    for trace in traces(explorer.view.plane.figure, "paths")[:-1]:
        if 0 in trace["meta"]["rows"]:
            at = 6 * trace["meta"]["rows"].index(0)
            assert [x is None for x in trace["x"][at : at + 6]] == [0, 0, 1, 0, 0, 1]
    assert not [w for w in recwarn if "logarithm" in str(w.message)]


@pytest.mark.parametrize("kind, target", [("boundary", "glc_D_e"), ("enzyme", "PFK")])
def test_a_lasting_step_is_shown_with_its_factor(model, state, sets, kind, target):
    found = perturb(model, state, sets, kind=kind, targets=[target], low=0.5, high=0.5)
    explorer = TrajectoryExplorer(model, state, sets, found)
    assert f"{target} × 0.5" in explorer.view.chosen.value
    assert "not back" in explorer.view.children[0].value
    assert explorer.shown.target.unique() == [target]
    assert explorer.shown.factor.unique() == [0.5]
    first = explorer.view.map
    if kind == "boundary":
        assert first.metabolite_data[target] == -1.0  # one doubling less
    else:
        assert first.reaction_data[target] == pytest.approx(0.5 * state.fluxes[target], rel=1e-3)


def test_simulations_without_trials_can_be_looked_at(model, state, sets):
    hours = [0.001, 0.05, 0.35]
    found = kt.simulate(model, state, sets, hours=hours, workers=1, progress=False)
    found = found.isel(set=slice(0, 3))
    disturbed = found.copy(deep=True)
    disturbed.concentration[0] *= 1.1
    explorer = TrajectoryExplorer(model, state, sets, disturbed, map=None)
    assert explorer.counts == {"returned": 2, "escaped": 1, "unresolved": 0}
    assert explorer.set == found.set[0]
    assert explorer.view.trial.layout.display == "none"
    assert "trial" not in explorer.view.chosen.value


def spoilt(trajectories, keep=5):
    """The same trajectories, none of them integrated to the end."""
    none = trajectories.copy(deep=True)
    none["status"][:] = "unresolved"
    none["returned"][:] = False
    none["distance"][:] = np.nan
    none.concentration[:, :, keep:] = np.nan
    return none


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda t: t.isel(set=[0], trial=[0]), "a single trajectory"),
        (lambda t: t.isel(set=0, trial=0), "a single trajectory"),
        (lambda t: spoilt(t, 3), "No trajectory was integrated to the end"),
        (lambda t: t.assign(returned=t.returned | True), "All trajectories returned"),
        (lambda t: t.assign(returned=t.returned & False), "No trajectory returned"),
    ],
)
def test_special_cases_are_said_in_a_sentence(model, state, sets, trajectories, change, sentence):
    explorer = TrajectoryExplorer(model, state, sets, change(trajectories), map=None)
    assert sentence in explorer.view.children[0].value
    assert "image/svg+xml" in explorer._repr_mimebundle_()


def test_where_nothing_spans_a_plane_a_sentence_stands_in_its_place(
    model, state, sets, trajectories
):
    stuck = spoilt(trajectories.isel(set=[0], trial=[0]), keep=1)
    explorer = TrajectoryExplorer(model, state, sets, stuck, map=None)
    texts = [note["text"] for note in explorer.view.plane.figure["layout"]["annotations"]]
    assert any("no plane to draw in" in re.sub("<br>", " ", text) for text in texts)
    assert "no plane to draw in" in explorer.problem
    picture = ElementTree.fromstring(explorer._repr_mimebundle_()["image/svg+xml"])
    assert "no plane to draw in" in " ".join(picture.itertext())


@pytest.mark.parametrize(
    "trait, value, message",
    [
        ("set", 3, "no set 3 among the trajectories"),
        ("trial", 9, "no trial 9"),
        ("time_index", 5, "one of 0 … 4"),
        ("axes", [1, 1], "two or three different components"),
        ("axes", [1], "two or three different components"),
        ("axes", [1, 99], "between 1 and"),
        ("metabolites", ["atp"], "'atp' is no metabolite"),
    ],
)
def test_values_that_a_trait_cannot_have_are_explained(explorer, trait, value, message):
    before = getattr(explorer, trait)
    with pytest.raises(InputError, match=message):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) == before


def test_unsuitable_data_are_met_at_the_door(model, state, sets, trajectories):
    def made(trajectories=trajectories, sets=sets, **options):
        return TrajectoryExplorer(model, state, sets, trajectories, **{"map": None} | options)

    with pytest.raises(InputError, match="concentration and reference"):
        made(sets)
    with pytest.raises(InputError, match="keep no times"):
        made(trajectories.isel(time=slice(0, 0)))
    with pytest.raises(InputError, match="holds no trajectory"):
        made(trajectories.isel(set=slice(0, 0)))
    with pytest.raises(InputError, match="not among the parameter sets"):
        made(sets=sets.isel(set=slice(1, None)))
    with pytest.raises(InputError, match="those of state"):
        made(trajectories.assign_attrs(state_hash="other"))
    unlabelled = made(trajectories.drop_vars("label"), sets.drop_vars("label"))
    with pytest.raises(InputError, match="no class to colour by"):
        unlabelled.colour = "class"
    assert "class" not in dict(unlabelled.view.axes.colour.options).values()
    pca = kt.fit_trajectory_pca(trajectories.isel(metabolite=slice(0, 40)), progress=False)
    with pytest.raises(InputError, match="a projection needs the same"):
        made(pca=pca)


def test_headless_it_leaves_a_picture_and_no_widget(explorer):
    explorer.time_index, explorer.axes = 2, [1, 3]
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {PLOTLY, "image/svg+xml", "text/plain"}
    picture = ElementTree.fromstring(bundle["image/svg+xml"])
    words = " ".join(picture.itertext())
    assert f"{explorer.counts['returned']} returned" in words
    assert "PC3" in words
    assert f"set {explorer.set}, trial {explorer.trial}" in words
    assert len(json.dumps(bundle)) < 200_000
    lines = [t for t in bundle[PLOTLY]["data"] if t.get("opacity") and len(t["x"]) == 5]
    assert len(lines) == len(explorer.shown) + 1  # the chosen one is drawn once more
    explorer.axes = [1, 2, 3]
    assert "scene" in explorer._repr_mimebundle_()[PLOTLY]["layout"]


def test_a_stored_experiment_is_read_only_where_it_is_needed(
    model, state, sets, trajectories, tmp_path
):
    path = kt.save_trajectories(trajectories, tmp_path / "trajectories.nc")
    pca = kt.fit_trajectory_pca(trajectories, progress=False)
    with kt.open_trajectories(path) as stored:
        explorer = TrajectoryExplorer(model, state, sets, stored, pca, map=None)
        assert explorer.counts == TrajectoryExplorer(model, state, sets, trajectories).counts
        explorer.choose(int(sets.set[3]), 2)
        np.testing.assert_array_equal(
            explorer.courses, trajectories.concentration[3, 2] / trajectories.reference
        )
        assert not stored.concentration.variable._in_memory


def test_times_are_said_as_people_say_them():
    assert [time_text(m) for m in (0, 2.1e-4, 1 / 60, 0.5, 0.99999, 21)] == [
        "0 s",
        "12.6 ms",
        "1 s",
        "30 s",
        "1 min",
        "21 min",
    ]


def test_the_slider_is_logarithmic_with_a_place_for_time_zero():
    places = time_places([0, 0.01, 0.1, 1, 10])
    assert places[0] == 0
    assert places[-1] == 1
    np.testing.assert_allclose(np.diff(places[1:]), np.diff(places[1:])[0])
    assert 0 < places[1] < 0.1
    assert time_places([0.0]).tolist() == [0]
    assert time_places([5.0]).tolist() == [1]
    ticks = time_ticks([0, 0.01, 0.1, 1, 10])
    assert ticks[0] == (0.0, "0")
    assert ticks[-1] == (1.0, "10 min")
    assert all(a[0] < b[0] for a, b in itertools.pairwise(ticks))
    assert (pytest.approx(places[3]), "1 min") in ticks
