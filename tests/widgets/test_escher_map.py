"""EscherMap without a browser: what it takes, what it refuses, and the picture it leaves."""

import base64
import json
import math
import re
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

import kinetools as kt
from kinetools.errors import InputError
from kinetools.maps import Scale
from tests.small_map import small_map
from widgets import EscherMap, display

WIDGET = "application/vnd.jupyter.widget-view+json"


def model_of(*reaction_ids):
    reactions = [SimpleNamespace(id=id, name=f"name of {id}") for id in reaction_ids]
    return SimpleNamespace(reactions=reactions)


def test_the_bundled_map_holds_every_reaction_of_the_bundled_model():
    state = kt.load_steady_state("ecoli", physiology=1)
    widget = EscherMap("ecoli", model=kt.load_kinetic_model("ecoli"), reaction_data=state.fluxes)
    assert "67 reactions, 67 with data" in repr(widget)


def test_a_reaction_of_the_model_that_the_map_lacks_is_named():
    with pytest.raises(InputError, match="TALA"):
        EscherMap(small_map(), model=model_of("PGI", "TALA"))


def test_names_come_from_the_model_where_there_is_one():
    assert EscherMap(small_map(), model=model_of("PGI"))._names == {"PGI": "name of PGI"}


def test_data_may_be_a_series_and_nan_means_no_data():
    widget = EscherMap(small_map(), reaction_data=pd.Series({"PGI": 2.0, "PFK": math.nan}))
    assert widget.reaction_data == {"PGI": 2.0, "PFK": None}
    widget.reaction_data = None
    assert widget.reaction_data is None


@pytest.mark.parametrize("value", [math.inf, "fast", [1, 2]])
def test_a_value_that_is_no_number_is_refused_and_the_old_data_stay(value):
    widget = EscherMap(small_map(), reaction_data={"PGI": 1.0})
    with pytest.raises(InputError, match=r"reaction_data.*PFK"):
        widget.reaction_data = {"PGI": 2.0, "PFK": value}
    with pytest.raises(InputError, match="found a list"):
        widget.reaction_data = [1.0, 2.0]
    assert widget.reaction_data == {"PGI": 1.0}


def test_an_unknown_id_cannot_be_selected():
    widget = EscherMap(small_map(), selection=["PGI", "g6p_c"])
    with pytest.raises(InputError, match="selection: ENO"):
        widget.selection = ["PFK", "ENO"]
    assert widget.selection == ["PGI", "g6p_c"]


def test_the_scale_fits_the_data_unless_one_is_given():
    widget = EscherMap(small_map(), reaction_data={"PGI": -4.0, "LOST": 100.0})
    assert widget._layers["reactions"]["scale"][-1]["value"] == 4
    widget.reaction_data = {"PGI": 9.0}
    assert widget._layers["reactions"]["scale"][-1]["value"] == 9
    widget.reaction_scale = Scale.for_values([], maximum=20, kind="diverging")
    assert widget._layers["reactions"]["scale"][-1]["value"] == 20
    assert widget._layers["reactions"]["signed"]


def test_the_picture_shows_every_reaction_with_its_colour_and_text_stays_text():
    evil = "<img src=x onerror=alert(1)>"
    data = {"HEX1": 3.0, "PGI": -1.0}
    widget = EscherMap(small_map(evil, evil, evil), reaction_data=data, title=evil)
    svg = widget.to_svg()
    scale = Scale.for_values(data.values())
    assert all(f">{id}" in svg for id in ("HEX1", "PGI", "PFK", "G6PDH2r"))
    assert scale.color(3.0) in svg and scale.color(-1.0) in svg
    assert "<img" not in svg and "&lt;img" in svg


def test_without_a_page_no_widget_is_promised():
    assert not display.live()
    assert display.mimebundle({WIDGET: {}}, {"text/plain": "x"}) == {"text/plain": "x"}


@pytest.fixture(scope="module")
def executed():
    """A notebook with a map, run as papermill runs it."""
    source = """
        from tests.small_map import small_map
        from widgets import EscherMap
        EscherMap(small_map(), reaction_data={"PGI": 2.5, "A<b>": 1})
    """
    notebook = new_notebook(cells=[new_code_cell(re.sub("(?m)^ +", "", source))])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def test_headless_the_map_leaves_a_picture(executed):
    data = executed.cells[0].outputs[0].data
    assert set(data) == {"image/svg+xml", "text/html", "text/plain"}
    assert data["image/svg+xml"].startswith("<svg") and "PGI 2.50" in data["image/svg+xml"]
    assert data["text/html"].endswith("<p>Not on this map: A&lt;b&gt; 1 mmol/gDW/h</p>")
    # What is saved can be read again.
    nbformat.validate(nbformat.reads(nbformat.writes(executed), as_version=4))


def test_nbconvert_shows_the_picture_of_a_headless_run(executed):
    page, _ = HTMLExporter().from_notebook_node(executed)
    (picture,) = re.findall('src="data:image/svg\\+xml;base64,([^"]*)"', page)
    assert "PGI 2.50" in base64.b64decode(picture).decode()
    assert f'<script type="{WIDGET}">' not in page


def test_a_headless_notebook_does_not_carry_the_script_that_draws_maps(executed):
    assert len(nbformat.writes(executed)) < 100_000


def test_the_state_of_a_map_is_plain_json():
    widget = EscherMap(small_map(), reaction_data={"PGI": math.nan}, metabolite_data={"g6p_c": 1})
    state = {key: value for key, value in widget.get_state().items() if key != "_escher"}
    json.dumps(state, allow_nan=False)
