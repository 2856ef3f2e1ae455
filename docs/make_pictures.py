"""Takes the README's pictures from the real thing: widgets in JupyterLab, in headless Chromium.

.venv/bin/python docs/make_pictures.py [name ...]
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT))

from tests.browser.jupyter import CHROMIUM_FLAGS, TOKEN, NotebookPage, jupyter_server  # noqa: E402
from tests.chromium import find_chromium  # noqa: E402

LOAD = """import kinetools as kt
from widgets import EscherMap, LabelExplorer, TrainingMonitor
model = kt.load_kinetic_model("ecoli")
state = kt.load_steady_state("ecoli", physiology=1)"""
BUNDLED = """import kinetools as kt
from widgets import DesignChart, FluxRidges, KnockoutView
load = kt.load_posterior
network = kt.load_flux_model("toya_core")"""
SHOTS = {
    # name: (cells; the last one shows the widget, steps to take before the picture)
    "design_chart": (
        [
            BUNDLED
            + "\ntracers = kt.common_tracers(network)"
            + "\ngrams = {a: 1.0 * (1 in a) for x in tracers.values() for m in x.mixtures.values() "
            + "for _, a in m}"
            + "\ntable = kt.rank_tracers(network, load('toya_core_wt5h'), tracers, ['PGI', 'GND', 'ICL'], "
            + "costs=kt.tracer_costs(tracers, grams, 1.0), n_inferred=0, progress=False)",
            "picture = DesignChart(table, cost_name='labelled glucose (g)')\npicture",
        ],
        ["picture.selection = list(table.index[:2])"],
    ),
    "escher_map": (
        [
            LOAD,
            "picture = EscherMap(map='ecoli', model=model, reaction_data=state.fluxes, "
            "reaction_unit='mmol/gDW/h', title='Steady-state fluxes of E. coli, physiology 1', "
            "height=900)\npicture",
        ],
        ["picture.selection = ['PGI']"],
    ),
    "flux_map": (
        [
            "import kinetools as kt\nfrom widgets import FluxMap"
            + "\nnetwork = kt.load_flux_model('toya_core')"
            + "\nstrains = [kt.load_measurements(f'toya2010_{s}') for s in ('wt5h', 'pyk5h')]"
            + "\nwild_type, pyk = (kt.sample_fluxes(network, data, draws=300, minutes=8, "
            + "progress=False) for data in strains)"
            + "\nfits = [kt.fit_fluxes(network, data) for data in strains]",
            "picture = FluxMap(wild_type, network, other=pyk, fit=fits, "
            "names=('wild type', 'pyk'), height=640)\npicture",
        ],
        ["picture.selection = ['MDH']"],
    ),
    "flux_ridges": (
        [
            BUNDLED,
            "picture = FluxRidges({'core': load('toya_core_wt5h'), "
            "'genome': load('ecoli_genome_wt5h')}, "
            "['PGI', 'GND', 'TPI', 'PYK', 'PPC', 'CS', 'ICL', 'AKGDH'])\npicture",
        ],
        ["picture.selection = ['PYK']"],
    ),
    "knockout_view": (
        [
            BUNDLED
            + "\nmutant = kt.load_measurements('toya2010_pyk5h')"
            + "\npredicted = kt.predict_knockout(network, load('toya_core_wt5h'), 'PYK', n_samples=500, "
            + "measurements=mutant, progress=False)",
            "picture = KnockoutView(predicted, load('toya_core_pyk5h'), network, "
            "names=('measured pyk', 'predicted by MOMA'))\npicture",
        ],
        ["picture.selection = ['PPC']"],
    ),
    "label_explorer": (
        [
            LOAD
            + "\nsets = kt.sample_parameters(model, state, 80_000, seed=1, progress=False)"
            + "\nsets = kt.label_parameters(model, state, sets, progress=False)",
            "picture = LabelExplorer(sets, model, state)\npicture",
        ],
        [
            "selected = sets.set.values[(sets.label == 'unstable').values][:1000]",
            "picture.selection = [int(s) for s in selected]",
            "picture.focus = int(selected[0])",
        ],
    ),
    "ranking_explorer": (
        [
            LOAD
            + "\nfrom widgets import RankingExplorer"
            + "\nsets = kt.sample_parameters(model, state, 20_000, seed=1, progress=False)"
            + "\nsets = kt.label_parameters(model, state, sets, progress=False)",
            "picture = RankingExplorer(model, state, sets)\npicture",
        ],
        ["picture.view.compare.value = True"],
    ),
    "training_monitor": (
        [
            LOAD
            + "\nsets = kt.sample_parameters(model, state, 40_000, seed=1, progress=False)"
            + "\nsets = kt.label_parameters(model, state, sets, progress=False)"
            + "\nrun = kt.train_gan(sets, 'residual', seed=1, run_dir='runs/physiology 1', epochs=20, "
            + "steps_per_epoch=30, checkpoint_every=1, progress=False)",
            "picture = TrainingMonitor(run)\npicture",
        ],
        [],
    ),
    "trajectory_explorer": (
        [
            LOAD
            + "\nfrom widgets import TrajectoryExplorer"
            + "\nsets = kt.sample_parameters(model, state, 200, seed=1, progress=False)"
            + "\nsets = kt.label_parameters(model, state, sets, progress=False)"
            + "\nsets = sets.isel(set=(sets.label == 'relevant').values)"
            + "\ntrials = kt.perturb(model, state, sets, rtol=1e-4, progress=False)",
            "picture = TrajectoryExplorer(model, state, sets, trials)\npicture",
        ],
        ["picture.time_index = 28"],
    ),
}


def take(browser, server, name, width=1500):
    """One picture: run the cells, take the steps, photograph the last cell's output."""
    cells, steps = SHOTS[name]
    context = browser.new_context(
        viewport={"width": width, "height": 2300}, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(f"{server.url}/login?token={TOKEN}")
    page.goto(f"{server.url}/lab/tree/{server.write(name, cells)}?reset&token={TOKEN}")
    notebook = NotebookPage(page)
    page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
    notebook.run_all()
    page.wait_for_timeout(3000)
    for step in steps:
        notebook.execute(step)
    page.wait_for_timeout(3000)
    output = page.locator(".jp-Cell").nth(len(cells) - 1).locator(".jp-OutputArea-output").first
    output.scroll_into_view_if_needed()
    page.mouse.move(5, 5)
    output.screenshot(path=PICTURES / f"{name}.png")
    context.close()
    server.shut_kernels_down()


def main(names):
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyter_server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for name in names or SHOTS:
            take(browser, server, name)
            print(PICTURES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
