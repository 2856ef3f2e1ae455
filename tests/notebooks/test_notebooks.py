"""Every notebook runs headless, alone, top to bottom, for all physiologies, and once with its solutions."""

import re
from pathlib import Path

import nbformat
import papermill
import pytest

from kinetools.notebook_parameters import read_parameters

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMALL = {
    "00_start_here": {"n_sets": 60},
    "01_label_parameter_sets": {"n_sets": 200},
    "02_train_a_gan": {"n_sets": 2000, "epochs": 2},
    "03_perturb_and_project": {"n_sets": 12, "n_trials": 2},
    "04_rank_parameters": {"n_sets": 400},
    "05_transfer_to_another_physiology": {
        "targets": [1, 2],
        "sizes": [10],
        "n_sets": 1200,
        "n_judged": 100,
        "epochs": 2,
        "source_epochs": 1,
    },
    "06_sample_fluxes": {"r_hat": 1.5, "ess": 20, "minutes": 0.5},
    "07_genome_scale": {},
    "08_predict_knock_outs": {"n_samples": 40, "n_room": 2, "time_limit": 1.0},
    "09_design_a_tracer_experiment": {"n_inferred": 0},
}


def small(path: Path, folder: Path, **more) -> dict:
    """Parameters at test scale; results go to a folder of the test's own."""
    parameters = SMALL[path.stem] | more
    if "results_dir" in read_parameters(nbformat.read(path, 4), path):
        parameters["results_dir"] = str(folder / "results")
    return parameters


def run(path: Path, folder: Path, **more):
    output = folder / "output.ipynb"
    papermill.execute_notebook(
        path, output, small(path, folder, **more), progress_bar=False, cwd=str(folder)
    )
    return nbformat.read(output, 4)


def outputs(notebook):
    return [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]


def said(notebook) -> str:
    """What the cells say in words."""
    return "".join(
        o.get("text", o.get("data", {}).get("text/markdown", "")) for o in outputs(notebook)
    )


# Those that train start TensorFlow every time, which takes far longer than what a physiology changes.
TRAINING = ("02_train_a_gan", "05_transfer_to_another_physiology")
FED_OTHERWISE = {"glc__D_e": [[1.0, "100000"]]}
STRAINS = [
    {"strain": "toya2010_wt5h", "other": "toya2010_pyk5h"},
    {"strain": "toya2010_pgi16h", "other": "", "tracer": FED_OTHERWISE},
]


def cases(path: Path) -> list[dict]:
    """Physiologies or strains that a notebook is run for."""
    parameters = read_parameters(nbformat.read(path, 4), path)
    if "physiology" in parameters:
        return [{"physiology": k} for k in ((1, 4) if path.stem in TRAINING else (1, 2, 3, 4))]
    return STRAINS if "strain" in parameters else [{"seed": 2}]  # another than in the notebook


RUNS = [(path, case, not k) for path in NOTEBOOKS for k, case in enumerate(cases(path))]
NAMES = [
    f"{path.stem}-{next(iter(case.values()))}{'-solutions' * solved}" for path, case, solved in RUNS
]


def solutions(notebook) -> list:
    """The solutions that are folded away under the exercises, as cells."""
    return [
        nbformat.v4.new_code_cell(code, metadata={"solution": True})
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for fold in re.findall(r"<details>.*?</details>", cell.source, re.S)
        for code in re.findall(r"```python\n(.*?)```", fold, re.S)
    ]


@pytest.mark.parametrize("path, case, solved", RUNS, ids=NAMES)
def test_a_notebook_runs_for_every_physiology_or_strain_and_leaves_pictures(
    path, case, solved, tmp_path
):
    notebook = nbformat.read(path, 4)
    exercises = solutions(notebook)
    assert exercises, f"{path.name} has no exercises with solutions folded away"
    if solved:  # after everything else, as by somebody who has read to the end
        notebook.cells += exercises
    extended = tmp_path / path.name
    nbformat.write(notebook, extended)
    notebook = run(extended, tmp_path, **case)
    notebook.cells = [c for c in notebook.cells if "solution" not in c.metadata]
    kinds = [set(o.get("data", {})) for o in outputs(notebook)]
    pictures = {"image/svg+xml", "application/vnd.plotly.v1+json", "text/html"}
    assert sum(bool(kind & pictures) for kind in kinds) >= 3
    # Headless, nothing may depend on a live widget.
    assert not any("application/vnd.jupyter.widget-view+json" in kind for kind in kinds)
    # Progress bars go to stderr, and nothing else does.
    lines = [o.text for o in outputs(notebook) if o.output_type == "stream" and o.name == "stderr"]
    bar = re.compile(r"\d+%\|.*\d+/\d+ \[")
    assert all(bar.search(line) for line in lines if line.strip()), lines


def test_notebook_01_keeps_the_rule_and_the_corrections_it_was_given(tmp_path):
    import kinetools as kt

    path = ROOT / "notebooks" / "01_label_parameter_sets.ipynb"
    rule = [["eigenvalue_max", "<", -3.0], ["km_substrate_PGI", ">", 100.0]]
    edits = [{"sets": [0, 3], "label": "unstable"}]
    run(path, tmp_path, rule=rule, edits=edits)
    with kt.open_parameter_sets(tmp_path / "results" / "labelled.nc") as labelled:
        assert kt.label_rule(labelled).to_records() == rule
        assert list(labelled.label.values[[0, 3]]) == ["unstable", "unstable"]
        assert set(labelled.label.values) > {"excluded"}
    assert kt.LabelRule.load(tmp_path / "results" / "rule.csv").to_records() == rule


def test_notebook_03_compares_generated_with_sampled_sets(tmp_path, model, state):
    import kinetools as kt

    sets = kt.sample_parameters(model, state, 1500, seed=1, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    few = {"epochs": 1, "steps_per_epoch": 2, "n_generated": 100}
    kt.train_gan(sets, "residual", 1, tmp_path / "gan", progress=False, **few)
    path = ROOT / "notebooks" / "03_perturb_and_project.ipynb"
    step = {"step_kind": "enzyme", "step_target": "PFK", "preset": "published"}
    notebook = run(path, tmp_path, generator=str(tmp_path / "gan"), **step)
    assert "Generated models return" in said(notebook)
    assert "PFK × 0.5 leaves the median model with PFK" in said(notebook)
    (table,) = (tmp_path / "results").glob("populations_*.csv")
    rows = [line.split(",")[0] for line in table.read_text().splitlines()[1:]]
    assert rows == ["sampled", "generated", "generated − sampled"]


def test_notebook_04_ranks_the_misses_of_a_generator(tmp_path):
    import kinetools as kt

    model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=2)
    sets = kt.sample_parameters(model, state, 1500, seed=1, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    few = {"epochs": 1, "steps_per_epoch": 2, "n_generated": 100}
    kt.train_gan(sets, "residual", 1, tmp_path / "gan", progress=False, **few)
    path = ROOT / "notebooks" / "04_rank_parameters.ipynb"
    notebook = run(path, tmp_path, physiology=2, n_each=200, generator=str(tmp_path / "gan"))
    assert "of the generated sets are misses" in said(notebook)
    assert (tmp_path / "results" / "ranking_of_generated.csv").is_file()
