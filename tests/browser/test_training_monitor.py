"""TrainingMonitor in JupyterLab: a real training that is watched, stopped, and used."""

import pytest

from tests.browser.patience import eventually

pytestmark = pytest.mark.browser

SETS = """
import kinetools as kt
from widgets import TrainingMonitor

model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
sets = kt.sample_parameters(model, state, n_sets=3000, seed=4, progress=False)
sets = kt.label_parameters(model, state, sets, progress=False)
"""
START = """
def start():
    return kt.start_gan_training(
        sets, preset="published", seed=1, run_dir="{folder}/p1", epochs={epochs}, batch_size=256,
        checkpoint_every=2, n_generated=200, n_kept=100
    )
training = start()
monitor = TrainingMonitor(training, start=start)
monitor
"""


class Monitor:
    """The monitor on a page."""

    def __init__(self, page):
        self.page = page
        self.status = page.locator(".kinetools-status")
        self.charts = page.locator(".kinetools-chart")

    def button(self, name):
        return self.page.locator("button.jupyter-button", has_text=name)

    def losses(self):
        """The path of the first loss curve."""
        return self.charts.nth(2).locator(".scatterlayer .js-line").first

    def wait_for_status(self, text):
        self.status.filter(has_text=text).first.wait_for()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trainings")


@pytest.fixture(scope="module")
def notebook(open_notebook, folder):
    """A notebook whose first cells have started a training that would take minutes."""
    notebook = open_notebook([SETS, START.format(folder=folder, epochs=2000)])
    notebook.run_all()
    return notebook


def test_a_training_is_watched_paused_resumed_stopped_and_its_generator_used(notebook, folder):
    monitor = Monitor(notebook.page)
    monitor.losses().wait_for(timeout=120_000)
    monitor.charts.nth(0).get_by_text("best: epoch").wait_for()
    first = monitor.losses().get_attribute("d")
    eventually(lambda: monitor.losses().get_attribute("d") != first, True)  # curves move
    assert notebook.evaluate("1 + 1") == 2  # the kernel is free meanwhile

    monitor.button("Pause").click()
    monitor.wait_for_status("paused")
    assert notebook.evaluate("training.running") is True
    monitor.button("Resume").click()
    monitor.wait_for_status("▶ training")

    monitor.button("Stop").click()
    monitor.wait_for_status("stopped")
    output = notebook.run_cell("run = await monitor.done()\nprint(run.status, run.epoch > 0)")
    assert "stopped True" in output.inner_text()
    assert notebook.evaluate("training.running") is False
    epochs = notebook.evaluate("run.checkpoints")
    assert epochs and all(
        (folder / "p1" / "checkpoints" / f"epoch-{epoch:06d}.keras").is_file() for epoch in epochs
    )
    output = notebook.run_cell("generator = monitor.load_generator()\ngenerator")
    assert "Generator(" in output.inner_text()
    made = "generator.generate(3, seed=1, progress=False)"
    assert notebook.evaluate(f"list({made}['km'].shape)") == [3, 259]


def test_the_stopped_training_goes_on_at_a_click(notebook):
    monitor = Monitor(notebook.page)
    before = notebook.evaluate("monitor.watched[0].run.epoch")
    monitor.button("Resume").first.click()
    monitor.wait_for_status("▶ training")
    notebook.wait_for(f"monitor.watched[0].run.epoch > {before}", True)
    monitor.button("Stop").first.click()
    monitor.wait_for_status("stopped")


def test_a_checkpoint_and_a_parameter_are_chosen_on_the_page(notebook):
    page = notebook.page
    pickers = page.locator(".jupyter-widgets select:visible")
    checkpoint, parameter = pickers.nth(1), pickers.nth(2)
    checkpoint.select_option(label="epoch 2")
    notebook.wait_for("monitor.chosen_epoch", 2)
    page.get_by_text("epoch 2 (100)").first.wait_for()
    name = parameter.locator("option").nth(5).inner_text().split()[0]
    parameter.select_option(index=5)
    notebook.wait_for("monitor.parameter", name)
    Monitor(page).charts.nth(5).get_by_text(name).first.wait_for()
    notebook.execute("monitor.checkpoint = 'last'")
    star = Monitor(page).charts.nth(0).locator(".scatterlayer .point").last
    star.scroll_into_view_if_needed()
    box = star.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    notebook.wait_for("monitor.checkpoint == monitor.chosen.best", True)


def test_a_reloaded_page_finds_the_monitor_as_it_was(notebook):
    notebook.save()
    notebook.reload()
    monitor = Monitor(notebook.page)
    monitor.wait_for_status("stopped")
    monitor.losses().wait_for()
    notebook.execute("monitor.checkpoint = 'best'")
    notebook.page.get_by_text("★ (100)").first.wait_for()
