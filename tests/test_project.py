"""What holds for the project as a whole: layout, lock, layers, notebooks as they are kept."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CITATION.cff",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "data",
    "docs",
    "environment.yml",
    "kinetools",
    "notebooks",
    "pyproject.toml",
    "requirements.txt",
    "tests",
    "widgets",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Layers: notebooks -> widgets -> kinetools, which must run without Jupyter.
ABOVE_KINETOOLS = {"widgets", "ipywidgets", "plotly", "IPython", "anywidget", "escher"}
HEAVY = ("tensorflow", "keras", "cobra", "plotly", "ipywidgets", "IPython", "dask", "numba")


def tracked_files():
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


def locked() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip()]


def test_the_top_level_holds_what_the_design_names_and_nothing_else():
    assert {path.split("/")[0] for path in tracked_files()} == TOP_LEVEL


def test_the_lock_is_a_plain_list_of_versions_that_names_no_host():
    text = (ROOT / "requirements.txt").read_text("utf-8")
    assert not re.search(r"://|^\s*-|^\s*#|@", text, re.MULTILINE)
    for requirement in locked():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement


def test_the_lock_satisfies_every_direct_dependency():
    direct = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    for wanted in map(Requirement, direct):
        pins = [
            pin for pin in locked() if canonicalize_name(pin.name) == canonicalize_name(wanted.name)
        ]
        assert pins, f"{wanted.name} is not in requirements.txt: run make lock"
        for pin in pins:
            version = Version(str(pin.specifier).removeprefix("=="))
            assert version in wanted.specifier, f"{pin} does not satisfy {wanted}: run make lock"


def test_importing_kinetools_loads_nothing_heavy():
    code = (
        "import sys, kinetools; dir(kinetools); "
        f"print([name for name in {HEAVY} if name in sys.modules], len(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    loaded, count = re.fullmatch(r"(\[.*\]) (\d+)\s*", done.stdout).groups()
    assert loaded == "[]"
    assert int(count) < 400


def test_kinetools_imports_nothing_of_the_layers_above_it():
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "kinetools").rglob("*.py")
        for name in imported_names(path)
        if name in ABOVE_KINETOOLS
    ]
    assert found == []


def imported_names(path):
    """First parts of the names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def test_no_file_can_run_code_that_it_reads():
    found = []
    for package in ("kinetools", "widgets"):
        for path in (ROOT / package).rglob("*.py"):
            names = {"pickle", "cPickle", "dill", "joblib", "marshal"} & set(imported_names(path))
            calls = {
                node.func.id
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            } & {"eval", "exec"}
            found += [f"{path.relative_to(ROOT)}: {name}" for name in names | calls]
    assert found == []


def test_the_first_two_notebooks_are_there():
    assert [path.name[:3] for path in NOTEBOOKS][:2] == ["00_", "01_"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs_and_with_one_parameters_cell(path):
    from kinetools.notebook_parameters import read_parameters

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    clean = all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert clean, f"clear the outputs of {path.name} before committing it (Edit, Clear Outputs)"
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    for parameter in read_parameters(notebook, path).values():
        if not parameter.computed:
            parameter.check(parameter.default)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata


def test_tests_in_a_browser_that_were_skipped_fail_the_build(tmp_path):
    def check(*cases):
        results = tmp_path / "results.xml"
        results.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
        script = ROOT / ".ci" / "check_browser_tests.py"
        return subprocess.run([sys.executable, script, results], capture_output=True, text=True)

    ran = '<testcase classname="tests.browser.test_map" name="test_a"/>'
    skipped = '<testcase classname="tests.browser.test_map" name="test_b"><skipped/></testcase>'
    other = '<testcase classname="tests.kinetools.test_x" name="test_c"><skipped/></testcase>'
    assert check(ran, other).returncode == 0
    assert "no browser test ran" in check(other).stderr
    assert "1 of 2 browser tests were skipped: test_b" in check(ran, skipped).stderr
