"""Parameters are read from their cell, and values are checked against what it declares."""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinetools.errors import InputError
from kinetools.notebook_parameters import Parameter, check_parameters, read_parameters
from tests.tiny_notebooks import PARAMETERS, write_notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def declared(tmp_path, source):
    path = write_notebook(tmp_path / "n.ipynb", parameters=source)
    return read_parameters(nbformat.read(path, as_version=4), path)


def test_every_assignment_of_the_cell_is_a_parameter(tmp_path):
    found = declared(tmp_path, PARAMETERS)
    assert list(found) == [
        "physiology",
        "n_sets",
        "slowest",
        "scale",
        "verbose",
        "conditions",
        "results_dir",
    ]
    assert found["physiology"].choices == (1, 2, 3, 4)
    assert found["slowest"].default == -9.0
    assert found["results_dir"].types == ()


def test_a_hash_in_text_and_a_value_over_lines_are_read_as_python_reads_them(tmp_path):
    found = declared(tmp_path, 'colour = "#0072B2"  # any\nrule = [\n    1,\n]  # a rule\n')
    assert (found["colour"].default, found["colour"].comment) == ("#0072B2", "any")
    assert (found["rule"].default, found["rule"].comment) == ([1], "a rule")


def test_the_comment_of_a_value_in_brackets_is_found_inside_them_too(tmp_path):
    found = declared(tmp_path, 'kind = (\n    "a"  # one of: a, b; how it is done\n)\nn = 1\n')
    assert found["kind"].choices == ("a", "b") and found["n"].comment == ""


def test_every_choice_that_a_notebook_declares_is_one_that_is_checked():
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
        found = read_parameters(notebook, path)
        assert sum(bool(p.choices) for p in found.values()) == cell.source.count("one of:")
        assert all(p.comment for p in found.values()), path


def test_a_computed_default_leaves_the_type_open(tmp_path):
    found = declared(tmp_path, "import os\ncores = os.cpu_count()\n")
    assert list(found) == ["cores"]
    assert found["cores"].computed
    assert found["cores"].check("3") == 3


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("physiology", "2", 2),
        ("n_sets", "80_000", 80_000),
        ("n_sets", "1e6", 1_000_000),
        ("slowest", "-1e3", -1000.0),
        ("slowest", "none", None),
        ("scale", "paper", "paper"),
        ("verbose", "TRUE", True),
        ("conditions", '[["a", "<", 1]]', [["a", "<", 1]]),
        ("results_dir", "some/folder", "some/folder"),
    ],
)
def test_text_of_the_command_line_becomes_the_declared_type(tmp_path, name, text, value):
    checked = check_parameters(declared(tmp_path, PARAMETERS), {name: text}, "n.ipynb")
    assert checked == {name: value}
    assert type(checked[name]) is type(value)


def test_paths_tuples_and_numpy_numbers_become_plain_values(tmp_path):
    found = declared(tmp_path, PARAMETERS)
    given = {"n_sets": np.int64(5), "results_dir": tmp_path, "conditions": (1, 2)}
    checked = check_parameters(found, given, "n.ipynb")
    assert json.loads(json.dumps(checked)) == {
        "n_sets": 5,
        "results_dir": str(tmp_path),
        "conditions": [1, 2],
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("phisiology", 2, "has no parameter 'phisiology': did you mean physiology?"),
        ("zzz", 2, "it has physiology, n_sets"),
        ("physiology", 7, "physiology must be one of 1, 2, 3, 4, not 7"),
        ("physiology", True, "physiology must be a whole number, not True"),
        ("n_sets", "many", "n_sets must be a whole number, not 'many'"),
        ("n_sets", 1.5, "n_sets must be a whole number, not 1.5"),
        ("n_sets", 0, "n_sets must be at least 1, not 0"),
        ("slowest", "nan", "slowest must be none or a number, not 'nan'"),
        ("scale", "huge", "scale must be one of workshop, paper, not 'huge'"),
        ("scale", 3, "scale must be text, not 3"),
        ("verbose", "perhaps", "verbose must be true or false, not 'perhaps'"),
        ("conditions", "[1,", "conditions must be a list (JSON), not '[1,'"),
        ("results_dir", object, "results_dir must be plain numbers, text, lists or tables"),
    ],
)
def test_what_does_not_fit_is_one_sentence_with_the_notebook_in_it(tmp_path, name, value, sentence):
    with pytest.raises(InputError) as error:
        check_parameters(declared(tmp_path, PARAMETERS), {name: value}, "n.ipynb")
    assert sentence in str(error.value)
    assert str(error.value).startswith("n.ipynb")


def test_a_cell_that_is_not_python_is_named(tmp_path):
    with pytest.raises(InputError, match=r"n\.ipynb: line 2 of its parameters cell"):
        declared(tmp_path, "a = 1\nb = = 2\n")


def test_two_parameters_cells_are_refused(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(notebook.cells[1])
    with pytest.raises(InputError, match="2 cells are tagged 'parameters'"):
        read_parameters(notebook, path)


@given(st.one_of(st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_written_as_text_comes_back_exactly(value):
    parameter = Parameter("x", value, (type(value),))
    assert parameter.check(repr(value)) == value
    assert parameter.check(value) == value


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_json_list_comes_back_exactly(value):
    assert Parameter("x", [], (list,)).check(json.dumps([value])) == [value]
