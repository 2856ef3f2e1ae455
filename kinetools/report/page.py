"""One executed notebook as one HTML page."""

import copy
import logging
from pathlib import Path

from .outputs import static_outputs, without_remote

# The page around nbconvert's cells; code that the notebook folds away is folded here too.
TEMPLATE = """
{%- extends 'classic/base.html.j2' -%}
{%- block header -%}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ resources.title | e }}</title>
<link rel="stylesheet" href="assets/style.css">
{%- if resources.has_plots %}
<script src="assets/plotly.min.js"></script>
{%- endif %}
</head>
<body>
<nav><a href="index.html">← Report</a></nav>
<main>
{%- endblock header -%}
{%- block footer -%}
</main>
</body>
</html>
{%- endblock footer -%}
{%- block in_prompt -%}{%- endblock in_prompt -%}
{%- block empty_in_prompt -%}{%- endblock empty_in_prompt -%}
{%- block output_area_prompt -%}{%- endblock output_area_prompt -%}
{%- block input_group -%}
{%- set hidden = cell.metadata.get('jupyter', {}).get('source_hidden') -%}
{%- if hidden or 'solution' in cell.metadata.get('tags', []) -%}
<details><summary>Code</summary>
{{ super() }}
</details>
{%- else -%}
{{ super() }}
{%- endif -%}
{%- endblock input_group -%}
"""


def notebook_title(notebook, otherwise: str) -> str:
    """The notebook's first heading, or else the given name."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return otherwise


def static_notebook(notebook):
    """A copy with nothing in its outputs that needs a kernel or the internet."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_node(output) for output in static_outputs(cell.outputs)]
    return notebook


def has_plots(notebook) -> bool:
    """Whether a static notebook shows a Plotly figure."""
    return any(
        "Plotly.newPlot" in output.get("data", {}).get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def notebook_page(notebook, title: str, folder: Path) -> str:
    """HTML of a static notebook; pictures of its markdown are read from `folder`, embedded."""
    exporter = _exporter()
    resources = {"title": title, "has_plots": has_plots(notebook)}
    resources["metadata"] = {"path": str(folder)}
    return exporter.from_notebook_node(notebook, resources)[0]


def code_style() -> str:
    """CSS of highlighted code."""
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="default").get_style_defs(".highlight")


def _node(output):
    from nbformat import from_dict

    return from_dict(output)


def _exporter():
    from jinja2 import pass_context
    from latex2mathml.converter import convert
    from nbconvert import HTMLExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    def mathml(source: str, display: str) -> str:
        try:
            return convert(source, display=display)
        except Exception:  # latex2mathml raises many kinds; the source is still readable
            return f"<code>{Renderer().escape_html(source)}</code>"

    class Renderer(IPythonRenderer):
        """Formulas as MathML, which browsers show by themselves; MathJax would be fetched."""

        def inline_math(self, body):
            return mathml(body, "inline")

        def block_math(self, body):
            return mathml(body, "block")

        def block_html(self, html):
            return html  # a block may be the start of a <details> only: not to be parsed alone

        inline_html = block_html

        def latex_environment(self, name, body):
            return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    class Exporter(HTMLExporter):
        """HTML with formulas and pictures inside the page."""

        @pass_context
        def markdown2html(self, context, source):
            cell, resources = context.get("cell", {}), context.get("resources", {})
            renderer = Renderer(
                escape=False,
                embed_images=True,
                attachments=cell.get("attachments", {}),
                path=resources.get("metadata", {}).get("path", ""),
                exclude_anchor_links=True,
            )
            html = MarkdownWithMath(renderer=renderer).render(source)
            if "<img" in html:
                html = renderer._html_embed_images(html)
            return without_remote(html)

    quiet = logging.getLogger("kinetools.report.nbconvert")  # else it warns of missing alt texts
    quiet.setLevel(logging.ERROR)
    return Exporter(raw_template=TEMPLATE, template_name="basic", log=quiet)
