"""A report shows what the notebooks left in their outputs, and loads nothing from elsewhere."""

import re
from html.parser import HTMLParser

import pytest
from nbformat import from_dict

from kinetools.errors import InputError
from kinetools.report import build_report
from kinetools.report.outputs import (
    PLOTLY,
    last_states,
    plotly_html,
    static_outputs,
    without_remote,
)
from kinetools.report.thumbnail import thumbnail
from kinetools.reruns import rerun
from tests.tiny_notebooks import BAR, PICTURES, WIDGET, WRITE, write_notebook


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    notebook = write_notebook(folder / "tiny.ipynb", WRITE, PICTURES, BAR, WIDGET)
    return rerun(notebook, {"physiology": 4}, run_dir=folder / "run", progress=False)


class Loads(HTMLParser):
    """Collects the addresses that a browser would load for a page."""

    def __init__(self, text):
        super().__init__()
        self.addresses = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        wanted = {"a": (), "link": ("href",)}.get(tag, ("src", "srcset", "data", "poster"))
        self.addresses += [value for name, value in attrs if name in wanted and value]


def test_pages_load_only_their_own_assets(run_dir, tmp_path):
    index = build_report([run_dir], tmp_path / "report")
    assert index == tmp_path / "report" / "index.html"
    for page in (tmp_path / "report").glob("*.html"):
        for address in Loads(page.read_text("utf-8")).addresses:
            assert address.startswith(("assets/", "data:")), (page.name, address)
            if address.startswith("assets/"):
                assert (tmp_path / "report" / address).is_file()
    for style in (tmp_path / "report" / "assets").glob("*.css"):
        assert not re.search(r"@import|url\(", style.read_text("utf-8"))


def test_the_page_has_text_formulas_figures_and_the_last_state_of_bars(run_dir, tmp_path):
    build_report([run_dir], tmp_path)
    page = (tmp_path / "tiny.html").read_text("utf-8")
    assert "<title>A tiny notebook</title>" in page
    assert "<mfrac>" in page and "$v" not in page
    assert page.count("Plotly.newPlot(") == 1
    assert "a \\u003c/script> title" in page
    assert "<p>near</p>" in page
    assert page.count("100%") == 1 and "  0%" not in page
    assert "IntSlider(value=0)" not in page
    assert re.search(r"<details><summary>Solution</summary>\s*<p>Hidden.</p>\s*</details>", page)
    assert len(page) < 100_000  # plotly.js is in the assets, once


def test_the_index_names_the_runs_with_their_parameters_and_a_picture(run_dir, tmp_path):
    build_report([run_dir, run_dir], tmp_path, title="R & D")
    index = (tmp_path / "index.html").read_text("utf-8")
    assert "<h1>R &amp; D</h1>" in index
    assert '<a href="tiny.html">' in index and '<a href="tiny-2.html">' in index
    assert "<tr class=given><th>physiology</th><td>4</td>" in index
    assert "data:image/svg+xml;base64," in index


def test_a_notebook_whose_first_picture_is_a_chart_has_it_in_the_index():
    chart = {"data": {PLOTLY: {"data": [{"y": [1, 2]}], "layout": {"title": {"text": "t"}}}}}
    icon = {"data": {"text/html": "<svg class='icon'><use/></svg><svg style='width: 0'></svg>"}}
    drawing = {"data": {"text/html": "<p><svg viewBox='0 0 1 1'><path/></svg></p>"}}

    def shown(*outputs):
        return thumbnail(from_dict({"cells": [{"outputs": list(outputs)}]}))

    assert "Plotly.newPlot" in shown(icon, chart, drawing)
    assert '"staticPlot": true' in shown(chart)
    assert shown(icon, drawing, chart).startswith('<img src="data:image/svg+xml;base64,')
    assert shown(icon) == shown() == ""


def test_a_directory_without_a_complete_run_is_refused_with_nothing_written(tmp_path):
    notebook = write_notebook(tmp_path / "tiny.ipynb", "1 / 0")
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        rerun(notebook, run_dir=tmp_path / "run", progress=False)
    with pytest.raises(InputError, match=r"no complete run \(it is failed\)"):
        build_report([tmp_path / "run"], tmp_path / "report")
    with pytest.raises(InputError, match="is not a run directory"):
        build_report([tmp_path], tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_names_with_html_in_them_stay_text(tmp_path):
    name = "<img src=x onerror=alert(1)>"
    notebook = write_notebook(
        tmp_path / "n.ipynb", parameters="label = ''", text=f"# {name.replace('<', '&lt;')}"
    )
    run_dir = rerun(notebook, {"label": name}, run_dir=tmp_path / "run", progress=False)
    index = build_report([run_dir], tmp_path / "report").read_text("utf-8")
    assert "<img" not in index
    assert "&lt;img src=x" in index


def test_bars_are_shown_as_a_terminal_shows_them_in_the_end():
    assert last_states("a\r\nb") == "a\nb"
    assert last_states("\r 10%\r 20%\r100%\ndone") == "100%\ndone"
    assert last_states("\r 10%\r") == " 10%"
    parts = [{"output_type": "stream", "name": "stderr", "text": t} for t in ("\r 1%", "\r 2%")]
    assert static_outputs(parts) == [{"output_type": "stream", "name": "stderr", "text": " 2%"}]
    assert parts[0]["text"] == "\r 1%"


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://example.org/a.js"></script>',
        '<SCRIPT SRC="//example.org/a.js"></SCRIPT>',
        "<link rel=stylesheet href=http://example.org/a.css>",
        "<iframe src='https://example.org'></iframe>",
        '<img src="https://example.org/a.png" alt="a">',
    ],
)
def test_what_would_be_fetched_is_taken_out(html):
    assert Loads(html).addresses
    cleaned = without_remote(f"<p>text {html} more</p>")
    assert Loads(cleaned).addresses == []
    assert "text" in cleaned and "more" in cleaned


def test_html_without_anything_remote_is_not_touched():
    html = '<p class=x>a<br>b <a href="https://example.org">link</a> <img src="data:,"></p>'
    assert without_remote(html) == html


def test_plotly_data_cannot_end_the_script_it_stands_in():
    html = plotly_html({"data": [{"name": "</script><!--"}], "layout": {"height": 300}})
    assert html.count("</script>") == 1 and "<!--" not in html
    assert "height: 300px" in html


def test_a_report_replaces_an_earlier_or_interrupted_one_but_nothing_else(run_dir, tmp_path):
    index = build_report([run_dir], tmp_path / "report")
    index.unlink()  # as if it had been interrupted before its end
    assert build_report([run_dir], tmp_path / "report") == index
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", encoding="utf-8")
    for taken in (tmp_path / "mine", tmp_path / "mine" / "notes.txt"):
        with pytest.raises(InputError, match="something else than a report"):
            build_report([run_dir], taken)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]
