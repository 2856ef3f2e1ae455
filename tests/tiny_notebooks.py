"""Notebooks of a few cells, for tests of what runs and shows notebooks."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = """\
physiology = 1  # one of: 1, 2, 3, 4
n_sets = 20  # at least 1; how many sets
slowest: float | None = -9.0
scale = "workshop"  # one of: workshop, paper
verbose = False
conditions = []
results_dir = None
"""
WRITE = """\
from pathlib import Path
if results_dir:
    Path(results_dir, "answer.txt").write_text(f"{physiology} {n_sets} {slowest} {scale}")
"""
PICTURES = """\
import plotly.graph_objects as go
import plotly.io
from IPython.display import HTML, SVG, display

plotly.io.renderers.default = "plotly_mimetype+notebook"
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect id="r"/></svg>'))
display(HTML('<script src="https://example.org/far.js"></script><p>near</p>'))
go.Figure(go.Scatter(x=[1, 2, 3], y=[3, 1, 2]), layout={"title": {"text": "a </script> title"}})
"""
BAR = """\
from tqdm import tqdm
for _ in tqdm(range(3)):
    pass
"""
WIDGET = "import ipywidgets\nipywidgets.IntSlider()"
TEXT = """\
# A tiny notebook

The rate is $v = \\frac{x}{1 + x}$. ![far](https://example.org/far.png)

<details><summary>Solution</summary>

Hidden.

</details>
"""


def write_notebook(path, *sources, parameters=PARAMETERS, text=TEXT):
    """Write a notebook of a text, a parameters cell (if any) and code cells; returns the path."""
    cells = [new_markdown_cell(text)]
    if parameters is not None:
        cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += [new_code_cell(source) for source in sources]
    nbformat.write(new_notebook(cells=cells), path)
    return path
