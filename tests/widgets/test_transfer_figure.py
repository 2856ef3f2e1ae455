"""The figure of a transfer study shows any part of it, incidence never alone, and names what is missing."""

import pandas as pd
import pytest

from kinetools import InputError
from kinetools.gan.transfer_runs import METHODS, planned
from widgets import transfer_figure
from widgets.transfer_figure import LOOKS, THIN

NAMES = [f"physiology {i}" for i in (1, 2, 3, 4)]
PAIRS = [(a, b) for a in NAMES for b in NAMES if a != b]


def row(run) -> dict:
    k = NAMES.index(run.target) + 0.1 * run.repeat
    return {
        "source": run.source,
        "target": run.target,
        "method": run.method,
        "n_sets": run.n_sets,
        "repeat": run.repeat,
        "incidence": 0.5 + 0.05 * k,
        "kl_max": 0.01 * (k + 1),
        "kl_mean": 0.005 * (k + 1),
        "spread_ratio": 1.0 + 0.1 * k,
        "auc": 0.6,
    }


def plan(sizes=(10, 1000), repeats=3, pairs=PAIRS):
    kinds = dict.fromkeys(NAMES, ("published", "residual"))
    return planned(kinds, pairs, sizes, repeats, True)


@pytest.fixture
def table():
    return pd.DataFrame([row(run) for run in plan()])


def drawn(figure, method):
    return [t for t in figure.data if t.legendgroup == method and t.x[0] is not None]


def texts(figure):
    return " ".join(a.text for a in figure.layout.annotations).replace("<br>", " ")


def test_every_method_of_the_study_has_a_look():
    assert {*LOOKS, *THIN} == set(METHODS)


def test_each_target_has_a_panel_of_incidence_above_one_of_coverage(table):
    figure = transfer_figure(table)
    for name in NAMES:
        assert f"<b>to {name}</b>" in texts(figure)
    lines = drawn(figure, "fine-tuned")
    assert len(lines) == 4 * 3 * 2  # targets, sources, rows
    assert len({line.yaxis for line in lines}) == 8
    assert figure.layout.yaxis.range == (0, 1.04)
    assert figure.layout.yaxis2.type == "log"


def test_a_line_shows_the_median_and_reaches_to_all_repeats(table):
    line = drawn(transfer_figure(table), "fine-tuned")[0]
    chosen = table[(table.method == "fine-tuned") & (table.target == NAMES[0])]
    values = chosen[(chosen.source == NAMES[1]) & (chosen.n_sets == 10)].incidence
    assert line.y[0] == pytest.approx(values.median())
    assert line.y[0] + line.error_y.array[0] == pytest.approx(values.max())
    assert line.y[0] - line.error_y.arrayminus[0] == pytest.approx(values.min())
    assert line.customdata[0][0] == "10 sets, 3 repeats"


def test_methods_without_sets_stand_left_of_the_smallest_number_and_lines_run_through(table):
    figure = transfer_figure(table)
    fewest = min(drawn(figure, "fine-tuned")[0].x)
    for method in ("source as it is", "re-centred source", "residual fine-tuned"):
        assert all(max(t.x) < fewest - 0.3 and t.mode == "markers" for t in drawn(figure, method))
    assert all(t.x == figure.layout.xaxis.range for t in drawn(figure, "prior"))
    assert all(t.line.dash == "dash" for t in drawn(figure, "from scratch"))


def test_a_state_keeps_its_colour_as_a_source_and_as_a_target(table):
    def colours(by):
        words = ("from ", "to ")
        legend = [t for t in transfer_figure(table, by=by).data if t.legend == "legend2"]
        return {t.name.removeprefix(words[by == "source"]): t.line.color for t in legend}

    assert colours("target") == colours("source")
    assert len(set(colours("target").values())) == 4


def test_by_source_only_the_targets_of_a_source_are_in_its_panel(table):
    figure = transfer_figure(table, by="source", coverage="spread_ratio")
    assert "<b>from physiology 1</b>" in texts(figure)
    first = [t for t in drawn(figure, "from scratch") if t.yaxis == "y"]
    assert {t.name for t in first} == {f"from scratch, {name}" for name in NAMES[1:]}
    assert not drawn(figure, "logistic tilt ×1")


@pytest.mark.parametrize("finished", [0, 1, 7, 40, 200])
def test_any_part_of_a_study_is_shown_and_the_rest_is_named(finished):
    runs = plan()
    part = pd.DataFrame([row(run) for run in runs[:finished]], columns=list(row(runs[0])))
    part.attrs = {"missing": [str(run) for run in runs[finished:]], "planned": len(runs)}
    for by in ("target", "source"):
        figure = transfer_figure(part, by=by)
        assert f"{len(runs) - finished} of {len(runs)} runs" in texts(figure)
        first = "fine-tuned, physiology 1 → physiology 2 (6)"
        assert (first in texts(figure)) == (finished < 200)
    assert bool(transfer_figure(part).data) == (finished > 0)


def test_a_finished_study_has_no_note_and_one_pair_has_one_panel():
    one = pd.DataFrame([row(run) for run in plan(pairs=PAIRS[:1], repeats=1)])
    one.attrs = {"missing": [], "planned": len(one)}
    figure = transfer_figure(one)
    assert "Not finished" not in texts(figure)
    assert "xaxis3" not in figure.layout.to_plotly_json()
    assert not any(t.error_y.visible for t in drawn(figure, "fine-tuned"))


def test_a_run_without_metrics_leaves_a_gap(table):
    lost = (table.method == "from scratch") & (table.n_sets == 10)
    table.loc[lost, ["incidence", "kl_max"]] = None
    assert all(len(t.x) == 1 for t in drawn(transfer_figure(table), "from scratch"))


def test_names_are_text_and_no_markup(table):
    table = table.replace({"physiology 1": "<b>one</b>"})
    figure = transfer_figure(table)
    assert "to &lt;b&gt;one&lt;/b&gt;" in texts(figure)
    assert "<b>one" not in str(figure.to_dict())


def test_numbers_of_sets_that_would_collide_lose_their_texts_but_not_their_ticks():
    runs = plan(sizes=(10, 50, 100, 500, 1000), repeats=1)
    narrow = transfer_figure(pd.DataFrame([row(run) for run in runs])).layout.xaxis2
    assert len(narrow.tickvals) == 6
    assert [text for text in narrow.ticktext if text] == ["0", "10", "100", "1\u202f000"]
    runs = plan(sizes=(10, 50, 100, 500, 1000), repeats=1, pairs=PAIRS[:1])
    wide = transfer_figure(pd.DataFrame([row(run) for run in runs])).layout.xaxis2
    assert all(wide.ticktext)


def test_a_wrong_call_is_met_with_one_sentence(table):
    with pytest.raises(InputError, match="by must be"):
        transfer_figure(table, by="method")
    with pytest.raises(InputError, match="coverage must be"):
        transfer_figure(table, coverage="incidence")
    with pytest.raises(InputError, match="no column 'auc'"):
        transfer_figure(table.drop(columns="auc"))
    with pytest.raises(InputError, match="transfer_table"):
        transfer_figure("results/transfer")
