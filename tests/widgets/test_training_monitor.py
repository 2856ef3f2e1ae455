"""TrainingMonitor without a browser: made-up run directories, and what the page would receive."""

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import kinetools as kt
from kinetools.gan.run_directory import open_gan_run
from tests.widgets.training_monitor_runs import BASELINES, MadeUpRun
from widgets import TrainingMonitor
from widgets.training_monitor_words import brief

ROOT = Path(__file__).resolve().parents[2]
PLOTLY = "application/vnd.plotly.v1+json"


def run_apart(coroutine):
    """asyncio.run in a thread of its own: this one may have a loop already, the browser tests' one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="module")
def sets(model, state):
    sets = kt.sample_parameters(model, state, n_sets=300, seed=2, progress=False)
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture
def made_up(tmp_path, sets):
    """A training that is at epoch 57 of 200."""
    made_up = MadeUpRun(tmp_path / "p1", seed=7).with_baselines().with_reference(sets)
    return made_up.start().train(1, 57)


@pytest.fixture
def monitor(made_up):
    return TrainingMonitor(made_up.path)


def traces(chart, start):
    return [trace for trace in chart.figure["data"] if trace.get("name", "").startswith(start)]


def trace(chart, start):
    (only,) = traces(chart, start)
    return only


def texts(figure):
    return " ".join(text["text"] for text in figure["layout"]["annotations"])


def click(button):
    """What a page sends when its user clicks."""
    button._handle_button_msg(button, {"event": "click"}, [])


class Training:
    """A GanTraining that does nothing."""

    def __init__(self, path, running=True, error=None):
        self.run, self.running, self.error = open_gan_run(path), running, error

    async def done(self):
        if self.error:
            raise self.error
        return self.run


def test_the_header_says_how_far_a_training_is_and_when_it_ends(monitor):
    text = monitor.view.bars[0].status.value
    for part in ("p1, seed 7", "training", "epoch 57 of 200", "about 5 min left", "2.0 s an epoch"):
        assert part in text
    assert monitor.view.bars[0].alarm.layout.display == "none"


def test_losses_and_accuracy_are_those_of_the_run_directory(monitor, made_up):
    losses = kt.open_gan_run(made_up.path).losses()
    for name in ("generator", "discriminator"):
        drawn = trace(monitor.view.losses, f"{name}, p1")
        assert drawn["x"] == list(range(1, 58))
        assert np.allclose(drawn["y"], losses[f"{name}_loss"], rtol=1e-5)
    accuracy = monitor.view.accuracy
    assert np.allclose(trace(accuracy, "p1")["y"], losses["discriminator_accuracy"], rtol=1e-5)
    assert trace(accuracy, "guessing")["y"] == [0.5, 0.5]
    assert trace(accuracy, "failed")["y"] == [0.9, 0.9]
    assert "last 200 epochs" in texts(accuracy.figure)


def test_incidence_has_the_baselines_beside_it_and_a_star_at_the_best_checkpoint(monitor):
    metrics = monitor.watched[0].run.metrics()
    chart = monitor.view.incidence
    assert trace(chart, "p1")["x"] == [10, 20, 30, 40, 50]
    assert np.allclose(trace(chart, "p1")["y"], metrics["incidence"], rtol=1e-5)
    best = int(metrics["incidence"].idxmax())
    assert trace(chart, "best of p1")["x"] == [best]
    assert trace(chart, "prior")["y"] == [0.59, 0.59]
    assert trace(chart, "tilt ×2")["y"] == [0.91, 0.91]
    shown = texts(chart.figure)
    for name in BASELINES:
        if name != "noise floor":
            assert name.replace("logistic ", "").replace("shrunk prior", "shrunk") in shown
    assert "97%" in monitor.view.note.value  # what the shrunk prior reaches


def test_divergences_are_drawn_on_a_logarithmic_axis_with_the_noise_floor(monitor):
    chart = monitor.view.divergence
    largest, mean = traces(chart, "p1")
    metrics = monitor.watched[0].run.metrics()
    assert np.allclose(largest["y"], metrics["kl_max"], rtol=1e-5)
    assert np.allclose(mean["y"], metrics["kl_mean"], rtol=1e-5)
    assert chart.figure["layout"]["yaxis"]["type"] == "log"
    assert trace(chart, "noise floor")["y"] == [0.008, 0.008]
    assert trace(chart, "floor of mean")["y"] == [0.0036, 0.0036]


def test_a_further_metric_is_chosen_from_all_that_the_run_has(monitor):
    offered = [value for _, value in monitor.view.metric_picker.options]
    assert {"auc", "share_stable", "correlation_error", "eigenvalue_q95"} <= set(offered)
    monitor.view.metric_picker.value = "auc"
    assert monitor.metric == "auc"
    assert trace(monitor.view.metric, "prior")["y"] == [0.57, 0.57]
    with pytest.raises(kt.InputError, match="no metric 'auk'"):
        monitor.metric = "auk"


def test_metrics_are_named_and_measured_in_words(monitor):
    offered = {value: text for text, value in monitor.view.metric_picker.options}
    assert offered["eigenvalue_q95"] == "λ_max: its 95 % quantile"
    for metric, title in (("eigenvalue_q95", "λ_max (1/h)"), ("spread_ratio", "ratio of spreads")):
        monitor.metric = metric
        assert monitor.view.metric.figure["layout"]["yaxis"]["title"]["text"] == title
    assert [brief(x) for x in (1369.0, 0.998, 0.0123, -15.2)] == ["1369", "1.00", "0.012", "−15"]


def test_lines_that_lie_together_have_texts_apart_with_a_stroke_to_each(monitor):
    monitor.metric = "spread_ratio"
    drawn = [t for t in monitor.view.metric.figure["layout"]["annotations"] if t["showarrow"]]
    height = monitor.view.metric.figure["layout"]["height"] - 104  # without margins
    shown = {t["text"]: (t["y"] * height, t["y"] * height - t["ay"]) for t in drawn}
    assert {"prior 1.00", "rejection 1.00", "noise floor 1.00", "tilt ×1 0.99"} <= set(shown)
    assert shown["prior 1.00"][0] == shown["rejection 1.00"][0]  # strokes begin at the lines
    places = sorted(place for _, place in shown.values())
    assert min(np.diff(places)) > 13.9


def test_the_page_says_what_best_and_the_dashed_lines_mean(monitor):
    assert "highest incidence" in monitor.view.code.value
    assert "60 sets" in monitor.view.code.value and "come from 300" in monitor.view.code.value
    for name in ("rejection", "prior", "tilt", "shrunk", "noise floor"):
        assert f"<i>{name}</i>" in monitor.view.note.value


def test_a_seed_that_the_name_tells_is_not_told_twice(tmp_path):
    made_up = MadeUpRun(tmp_path / "residual_seed7", seed=7)
    assert "residual_seed7: not started" in repr(TrainingMonitor(made_up.path))


def test_without_a_discriminator_the_charts_say_what_they_show_instead(tmp_path):
    made_up = MadeUpRun(tmp_path / "p1", preset="residual").start()
    view = TrainingMonitor(made_up.path).view
    assert "discriminator" not in texts(view.accuracy.figure)
    assert "No epoch yet" in texts(view.accuracy.figure)
    made_up.event("epoch", 1, seconds=1.0, generator_loss=0.5, inside=0.8)
    view.follow()
    view.draw()
    assert "Relevant with a margin to spare" in texts(view.accuracy.figure)
    assert "how far sets are from their class" in texts(view.losses.figure)


def test_the_distribution_shown_first_is_the_one_that_diverges_most(monitor):
    comparison = monitor.comparison()
    ranked = comparison.ranked()
    assert [kl for _, kl in ranked] == sorted(comparison.divergences, reverse=True)
    name, kl = ranked[0]
    assert name in texts(monitor.view.sets.figure)
    assert monitor.view.parameter_picker.options[1] == (f"{name} · KL {kl:.3f}", name)
    monitor.view.parameter_picker.value = "km_substrate1_PFK"
    assert monitor.parameter == "km_substrate1_PFK"
    assert "km_substrate1_PFK: KL" in texts(monitor.view.sets.figure)
    held_out, generated = monitor.view.sets.figure["data"]
    place = comparison.parameters.index("km_substrate1_PFK")
    for drawn, ln_km in ((held_out, comparison.reference), (generated, comparison.generated)):
        assert sum(drawn["y"][:-1]) == pytest.approx(1, abs=1e-3)
        middle = np.dot(drawn["y"][:-1], np.log(drawn["x"][:-1]))
        assert middle == pytest.approx(ln_km[:, place].mean(), abs=0.4)
    assert "Km for f6p_c (µmol/L)" in monitor.view.sets.figure["layout"]["xaxis"]["title"]["text"]


def test_a_checkpoint_is_chosen_by_picker_click_or_trait(monitor, made_up):
    view = monitor.view
    assert [value for _, value in view.checkpoint_picker.options] == [
        "best",
        "last",
        *(50, 40, 30, 20, 10),
    ]
    view.checkpoint_picker.value = 20
    assert (monitor.checkpoint, monitor.chosen_epoch) == (20, 20)
    assert "epoch 20" in view.sets.figure["data"][1]["name"]
    assert f'kt.load_generator("{made_up.path}", 20)' in view.code.value.replace("&quot;", '"')
    curve = view.incidence.figure["data"].index(trace(view.incidence, "p1"))
    view.incidence.set_state({"clicked": {"points": [[curve, 3]], "at": "1"}})
    assert monitor.checkpoint == 40
    monitor.checkpoint = "last"
    assert view.checkpoint_picker.value == "last"
    assert "epoch 50" in view.sets.figure["data"][1]["name"]
    with pytest.raises(kt.InputError, match="no checkpoint 45"):
        monitor.checkpoint = 45
    assert monitor.checkpoint == "last"


def test_the_chosen_checkpoint_is_the_one_that_is_loaded(monitor, monkeypatch):
    loaded = []
    monkeypatch.setattr(type(monitor.chosen.run), "load_generator", lambda _, e: loaded.append(e))
    monitor.checkpoint = 30
    monitor.load_generator()
    monitor.checkpoint = "last"
    monitor.load_generator()
    assert loaded == [30, 50]


def test_new_checkpoints_appear_and_do_not_undo_a_choice(monitor, made_up):
    monitor.view.checkpoint_picker.value = 20
    monitor.view.parameter_picker.value = "km_substrate1_PFK"
    made_up.train(58, 70)
    monitor.watched[0].refresh()
    monitor.view.draw()
    assert trace(monitor.view.incidence, "p1")["x"][-1] == 70
    assert (monitor.checkpoint, monitor.parameter) == (20, "km_substrate1_PFK")
    assert monitor.view.checkpoint_picker.value == 20
    assert monitor.view.parameter_picker.value == "km_substrate1_PFK"


def test_alarms_are_told_prominently_each_rule_once(monitor, made_up):
    for epoch in (60, 70):
        message = f"The spread is 0.{epoch}."
        made_up.event("alarm", epoch, rule="collapse", message=message)
    made_up.event("alarm", 71, rule="discriminator", message="It wins <always>.")
    monitor.view.follow()
    monitor.view.draw()
    alarm = monitor.view.bars[0].alarm
    assert alarm.layout.display == ""
    assert 'role="alert"' in alarm.value
    assert "Epoch 70: The spread is 0.70." in alarm.value and "0.60" not in alarm.value
    assert "It wins &lt;always&gt;." in alarm.value
    made_up.train(72, 80)
    monitor.view.follow()
    monitor.view.draw()
    assert "epoch 80 no longer shows this" in alarm.value


def test_a_failed_training_says_why(monitor, made_up):
    made_up.event("failed", 57, message="No space left on device.")
    monitor.view.follow()
    assert "The training failed: No space left on device." in monitor.view.bars[0].alarm.value
    assert monitor.ended


def test_epochs_that_a_resumed_training_goes_back_behind_vanish(monitor, made_up):
    made_up.event("stopped", 57).start(40)
    monitor.view.follow()
    monitor.view.draw()
    assert trace(monitor.view.losses, "generator, p1")["x"][-1] == 40
    assert trace(monitor.view.incidence, "p1")["x"][-1] == 40


def test_a_torn_last_line_is_waited_for(monitor, made_up):
    with open(made_up.path / "events.jsonl", "ab") as file:
        file.write(b'{"event": "epoch", "time": 1.0, "epoch": 58, "sec')
        file.flush()
        monitor.view.follow()
        assert monitor.watched[0].run.epoch == 57
        file.write(b'onds": 116.0, "generator_loss": 0.7}\n')
    monitor.view.follow()
    monitor.view.draw()
    assert trace(monitor.view.losses, "generator, p1")["x"][-1] == 58
    assert trace(monitor.view.losses, "discriminator, p1")["x"][-1] == 57


def test_before_the_first_epoch_every_chart_says_what_it_waits_for(tmp_path):
    made_up = MadeUpRun(tmp_path / "p1", checkpoint_every=25)
    monitor = TrainingMonitor(made_up.path)
    view = monitor.view
    assert "not started" in view.bars[0].status.value
    assert "No epoch yet" in texts(view.losses.figure)
    for chart in (view.incidence, view.divergence, view.metric, view.sets):
        assert "No checkpoint yet:<br>one comes every 25 epochs" in texts(chart.figure)
    with pytest.raises(kt.InputError, match="no checkpoint yet"):
        monitor.load_generator()
    made_up.start().event("epoch", 1, seconds=1.0, generator_loss=0.5)
    view.follow()
    view.draw()
    assert "without a discriminator" in texts(view.accuracy.figure)


def test_repeats_are_overlaid_in_one_colour_each(tmp_path, sets):
    runs = [
        MadeUpRun(tmp_path / f"repeat{k}", seed=k).with_reference(sets).start().train(1, 10 * k)
        for k in (1, 2, 3)
    ]
    runs[2].event("finished", 30)
    monitor = TrainingMonitor([run.path for run in runs])
    view = monitor.view
    assert ["repeat2, seed 2" in bar.status.value for bar in view.bars] == [False, True, False]
    colours = [trace(view.incidence, f"repeat{k}")["line"]["color"] for k in (1, 2, 3)]
    assert len(set(colours)) == 3
    for k, colour in zip((1, 2, 3), colours):
        for name in ("generator", "discriminator"):
            drawn = trace(view.losses, f"{name}, repeat{k}")
            assert drawn["line"]["color"] == colour and len(drawn["x"]) == 10 * k
        assert colour in view.bars[k - 1].status.value
    view.run_picker.value = "repeat3"
    monitor.checkpoint = 30
    assert view.sets.figure["data"][1]["line"]["color"] == colours[2]
    view.run_picker.value = "repeat1"  # which has no checkpoint 30
    assert (monitor.checkpoint, monitor.chosen_epoch) == ("best", 10)
    place = view.incidence.figure["data"].index(trace(view.incidence, "repeat3"))
    view.incidence.set_state({"clicked": {"points": [[place, 1]], "at": "1"}})
    assert (monitor.run, monitor.checkpoint) == ("repeat3", 20)


def test_runs_in_folders_of_the_same_name_are_told_apart(tmp_path):
    paths = [tmp_path / place / "gan" for place in ("a", "b")]
    monitor = TrainingMonitor([MadeUpRun(path).start().path for path in paths])
    assert [one.name for one in monitor.watched] == ["a/gan", "b/gan"]


@pytest.mark.parametrize(
    "events, enabled",
    [
        ([], {"pause", "stop"}),
        ([("paused", 57)], {"start", "stop"}),
        ([("paused", 57), ("continued", 57)], {"pause", "stop"}),
        ([("stopped", 57)], set()),
        ([("finished", 57)], set()),
    ],
)
def test_only_buttons_that_mean_something_are_enabled(monitor, made_up, events, enabled):
    for kind, epoch in events:
        made_up.event(kind, epoch)
    monitor.view.follow()
    monitor.view.draw()
    bar = monitor.view.bars[0]
    assert {
        name for name in ("start", "pause", "stop") if not getattr(bar, name).disabled
    } == enabled


def test_buttons_ask_the_training_through_its_run_directory(monitor, made_up):
    bar = monitor.view.bars[0]
    click(bar.pause)
    assert made_up.writer.requested() == "pause"
    assert "pausing…" in bar.status.value and bar.pause.disabled
    made_up.event("paused", 57)
    monitor.view.follow()
    monitor.view.draw()
    assert "paused" in bar.status.value and bar.start.description == "Resume"
    click(bar.start)
    assert made_up.writer.requested() == ""
    made_up.event("continued", 57)
    monitor.view.follow()
    click(bar.stop)
    assert made_up.writer.requested() == "stop"
    made_up.event("stopped", 57)
    monitor.view.follow()
    monitor.view.draw()
    assert "stopped" in bar.status.value and bar.stop.disabled
    assert "start=lambda" in bar.start.tooltip


def test_a_stopped_training_goes_on_with_the_function_one_gives(made_up):
    made_up.event("stopped", 57)
    started = []

    def start():
        started.append(Training(made_up.path))
        return started[-1]

    monitor = TrainingMonitor(made_up.path, start=start)
    bar = monitor.view.bars[0]
    click(bar.start)
    assert len(started) == 1 and "starting" in bar.status.value
    assert not bar.stop.disabled and not monitor.ended
    made_up.start(50)
    monitor.view.follow()
    monitor.view.draw()
    assert "training" in bar.status.value


def test_a_start_that_goes_wrong_is_told(made_up):
    made_up.event("stopped", 57)
    monitor = TrainingMonitor(made_up.path, start=lambda: kt.load_kinetic_model("nothing"))
    click(monitor.view.bars[0].start)
    assert "InputError" in monitor.view.bars[0].alarm.value
    assert not monitor.view.bars[0].start.disabled  # one may try again


def test_a_killed_training_is_seen_to_be_interrupted(tmp_path):
    made_up = MadeUpRun(tmp_path / "p1")
    process = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=-1)
    import socket

    content = {"epochs": 200, "pid": int(process.stdout), "host": socket.gethostname()}
    made_up.event("started", 0, **content).train(1, 20)
    monitor = TrainingMonitor(made_up.path)
    assert "interrupted" in monitor.view.bars[0].status.value
    assert monitor.ended and monitor.view.bars[0].stop.disabled


def test_a_damaged_file_of_sets_leaves_the_other_charts(made_up):
    (made_up.path / "generated" / "epoch-000050.nc").write_bytes(b"torn")
    monitor = TrainingMonitor(made_up.path)
    monitor.checkpoint = 50
    assert "no generated sets<br>that can be read" in texts(monitor.view.sets.figure)
    assert trace(monitor.view.incidence, "p1")["x"] == [10, 20, 30, 40, 50]
    monitor.checkpoint = 40
    assert len(monitor.view.sets.figure["data"]) == 2


def test_done_draws_what_came_meanwhile_and_returns_the_run(monitor, made_up):
    async def cell():
        monitor.view  # noqa: B018  as displaying does
        waiting = asyncio.create_task(monitor.done())
        await asyncio.sleep(0)
        made_up.train(58, 60)
        made_up.event("finished", 60)
        return await asyncio.wait_for(waiting, 30)

    run = run_apart(cell())
    assert run.path == made_up.path and run.status == "finished"
    assert trace(monitor.view.losses, "generator, p1")["x"][-1] == 60
    assert "finished" in monitor.view.bars[0].status.value


def test_done_raises_what_ended_a_training_of_this_kernel(made_up):
    made_up.event("failed", 57, message="no")
    training = Training(made_up.path, running=False, error=MemoryError("no"))
    with pytest.raises(MemoryError):
        run_apart(TrainingMonitor(training).done())


def test_the_page_follows_by_itself_on_the_loop_of_the_cell(monitor, made_up):
    async def cell():
        view = monitor.view
        made_up.train(58, 60)
        while trace(view.losses, "generator, p1")["x"][-1] != 60:
            await asyncio.sleep(0.02)
        view.close()
        await asyncio.sleep(0)
        return view.poller.running

    assert run_apart(asyncio.wait_for(cell(), 30)) is False


def test_headless_it_leaves_a_plain_figure_of_all_charts(monitor):
    bundle = monitor._repr_mimebundle_()
    assert set(bundle) == {PLOTLY, "image/svg+xml", "text/plain"}
    assert "epoch 57 of 200" in bundle["text/plain"]
    figure = bundle[PLOTLY]
    axes = [name for name in figure["layout"] if name.startswith("xaxis")]
    assert len(axes) == 6
    shown = texts(figure)
    for part in ("p1, seed 7", "Incidence", "Divergence", "Losses", "Accuracy", "Spread", "KL"):
        assert part in shown
    incidence = next(x for x in figure["data"] if x["name"] == "p1" and x["xaxis"] == "x")
    assert len(incidence["y"]) == 5 or "bdata" in incidence["y"]
    assert len(json.dumps(bundle)) < 200_000


def test_headless_a_cell_that_was_run_before_the_end_gets_the_final_picture(tmp_path):
    cells = [
        f"""import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.widgets.training_monitor_runs import MadeUpRun
from widgets import TrainingMonitor
made_up = MadeUpRun(Path({str(tmp_path / "p1")!r})).start()
monitor = TrainingMonitor(made_up.path)
monitor""",
        """made_up.train(1, 30).event("finished", 30)
(await monitor.done()).status""",
    ]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    (shown,) = notebook.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" not in shown["data"]
    assert "finished · epoch 30 of 200" in texts(shown["data"][PLOTLY])
    assert "finished" in notebook.cells[1].outputs[0]["data"]["text/plain"]


@pytest.mark.parametrize("epochs", [0, 5, 30])
def test_the_picture_for_pages_without_plotly_is_well_formed_and_tells_the_same(
    tmp_path, sets, epochs
):
    made_up = MadeUpRun(tmp_path / "a & b", seed=7).with_baselines().with_reference(sets).start()
    made_up.train(1, epochs)
    made_up.event("alarm", epochs, rule="collapse", message="Spread < 0.5.")
    bundle = TrainingMonitor(made_up.path)._repr_mimebundle_()
    root = ElementTree.fromstring(bundle["image/svg+xml"])
    shown = " ".join(root.itertext())
    for part in ("a & b, seed 7", f"epoch {epochs} of 200", "Spread < 0.5.", "Incidence", "Losses"):
        assert part in shown
    assert ("No epoch yet" in shown) == (epochs == 0)
    assert ("prior 59%" in shown) == (epochs == 30)
    paths = root.findall(".//{http://www.w3.org/2000/svg}path[@stroke='#0072B2']")
    assert (len(paths) > 0) == (epochs > 0)


def test_any_form_of_a_run_is_taken_and_anything_else_is_refused(made_up, tmp_path):
    run = kt.open_gan_run(made_up.path)
    for form in (str(made_up.path), made_up.path, run, Training(made_up.path), [run]):
        assert TrainingMonitor(form).watched[0].run.epoch == 57
    with pytest.raises(kt.InputError, match="cannot watch 3"):
        TrainingMonitor(3)
    with pytest.raises(kt.InputError, match="nothing to watch"):
        TrainingMonitor([])
    with pytest.raises(kt.InputError, match="holds no training"):
        TrainingMonitor(tmp_path)
    with pytest.raises(kt.InputError, match="list with one function"):
        TrainingMonitor([run, run], start=print)
