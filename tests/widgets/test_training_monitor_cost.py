"""What a TrainingMonitor costs: draws are counted on a clock of the test's own."""

import numpy as np
import pytest

from tests.widgets.training_monitor_runs import MadeUpRun
from widgets import TrainingMonitor
from widgets.training_monitor_chart import spread
from widgets.training_monitor_polling import Pace
from widgets.training_monitor_thinning import thinned
from widgets.training_monitor_view import TrainingMonitorView


class Clock:
    """A clock that one sets."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def made_up(tmp_path):
    return MadeUpRun(tmp_path / "p1", epochs=5000).with_baselines().start().train(1, 20)


@pytest.fixture
def view(made_up, clock):
    def nothing():
        return 0.0

    monitor = TrainingMonitor(made_up.path)
    view = TrainingMonitorView(monitor, Pace(0.2, clock, nothing), Pace(1.0, clock, nothing))
    monitor._view = view
    return view


def counted(view):
    """Lists that grow with every new text and every new drawing of the losses."""
    texts, drawings = [], []
    view.bars[0].status.observe(texts.append, "value")
    view.losses.observe(drawings.append, "figure")
    return texts, drawings


def test_a_burst_of_epochs_is_drawn_at_its_pace_and_to_the_end(view, made_up, clock):
    texts, drawings = counted(view)
    for step in range(300):
        made_up.train(21 + step, 21 + step, seconds=0.01)
        clock.now += 0.01
        view.follow()
    assert 2 <= len(drawings) <= 4
    assert 10 <= len(texts) <= 18
    clock.now += 1
    view.follow()
    assert drawings[-1]["new"]["data"][0]["x"][-1] == 320


def test_nothing_is_drawn_while_nothing_happens(view, clock):
    view.follow()
    texts, drawings = counted(view)
    figures = [chart.figure for chart in (view.incidence, view.divergence, view.sets)]
    for _ in range(200):
        clock.now += 0.5
        view.follow()
    assert (texts, drawings) == ([], [])
    assert figures == [chart.figure for chart in (view.incidence, view.divergence, view.sets)]


def test_an_epoch_without_checkpoint_sends_the_page_no_charts_of_checkpoints(view, made_up, clock):
    made_up.train(21, 21)
    clock.now += 10
    view.follow()
    sent = []
    for chart in (view.divergence, view.metric, view.sets):
        chart.observe(sent.append, "figure")
    losses = counted(view)[1]
    made_up.train(22, 22)
    clock.now += 10
    view.follow()
    assert len(losses) == 1
    assert sent == []


def test_drawings_that_take_long_become_rare(clock):
    work = Clock()
    pace = Pace(1.0, clock, work)
    assert pace.due
    with pace.spent():
        work.now += 0.06
    clock.now = 2.9
    assert not pace.due
    clock.now = 3.1
    assert pace.due
    with pace.spent():
        work.now += 60
    clock.now = 8.2  # never so rare that nobody would wait for them
    assert pace.due


def test_a_long_history_is_thinned_and_keeps_its_spikes():
    values = 0.5 + 0.01 * np.random.default_rng(0).normal(size=3000)
    values[1234], values[77] = 9.0, -9.0
    epochs = np.arange(1, 3001)
    x, y = thinned(epochs, values)
    assert len(x) <= 402
    assert (np.diff(x) > 0).all() and (x[0], x[-1]) == (1, 3000)
    assert (y.max(), y.min()) == (9.0, -9.0)
    assert np.array_equal(y, values[x - 1])
    # As the history grows, what is drawn of its past stays the same.
    longer, _ = thinned(epochs, np.where(epochs <= 2950, values, np.nan))
    assert set(longer[longer < 2900]) == set(x[x < 2900])


def test_short_histories_and_gaps_are_drawn_as_they_are():
    x, y = thinned([1, 2, 3], [1.0, np.nan, 2.0])
    assert (x.tolist(), y.tolist()) == ([1, 3], [1.0, 2.0])
    assert [part.tolist() for part in thinned([], [])] == [[], []]


@pytest.mark.parametrize("seed", range(5))
def test_texts_of_lines_are_moved_apart_in_their_order(seed):
    places = np.random.default_rng(seed).uniform(60, 100, 7)
    moved = spread(places, 14, 186)
    order = np.argsort(places)
    assert (np.diff(moved[order]) > 13.9).all()
    assert moved.min() >= 0 and moved.max() <= 186
    assert spread(np.array([10.0, 90.0]), 14, 186).tolist() == [10.0, 90.0]
