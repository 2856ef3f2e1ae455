"""The report folder: a page for each run, an index, and the assets they share."""

import html
import importlib.resources
import re
from datetime import datetime
from pathlib import Path

from ..errors import InputError
from ..reruns import OUTPUT, is_complete, read_record
from ..store import write_text
from .page import code_style, has_plots, notebook_page, notebook_title, static_notebook
from .thumbnail import thumbnail


def build_report(run_dirs, output="report", *, title="kinetools report") -> Path:
    """Write complete runs as web pages that need no internet; returns the index page's path.

    run_dirs: directories made by `kinetools.reruns.rerun`. Pages already in `output` with the same
    names are replaced, other files there are left alone. Raises InputError, with nothing written,
    when a directory holds no complete run.
    """
    import nbformat

    run_dirs, output = [Path(run_dir) for run_dir in run_dirs], Path(output)
    for run_dir in run_dirs:
        record = read_record(run_dir)
        if not is_complete(run_dir):
            raise InputError(
                f"{run_dir} holds no complete run (it is {record['status']}); run it again first."
            )
    if output.is_file() or (output.is_dir() and any(output.iterdir()) and not _is_report(output)):
        raise InputError(f"{output} holds something else than a report; choose another folder.")
    (output / "assets").mkdir(parents=True, exist_ok=True)
    style = importlib.resources.files(__package__).joinpath("style.css").read_text("utf-8")
    write_text(output / "assets" / "style.css", f"{style}\n{code_style()}\n")

    cards, names = [], set()
    for run_dir in run_dirs:
        record = read_record(run_dir)
        executed = nbformat.read(run_dir / OUTPUT, as_version=4)
        notebook = static_notebook(executed)
        name = _unused(Path(record["notebook"]).stem, names)
        heading = notebook_title(notebook, name)
        if has_plots(notebook):
            _copy_plotly(output / "assets")
        page = notebook_page(notebook, heading, Path(record["notebook"]).parent.resolve())
        write_text(output / f"{name}.html", page)
        cards.append(_card(name, heading, record, thumbnail(executed)))
    return write_text(output / "index.html", _index(title, cards))


def _unused(stem: str, names: set) -> str:
    stem = re.sub(r"[^\w.-]+", "-", stem)
    stem = f"{stem}-page" if stem == "index" else stem
    name, number = stem, 1
    while name in names:
        number += 1
        name = f"{stem}-{number}"
    names.add(name)
    return name


def _copy_plotly(assets: Path) -> None:
    """The plotly.js of the installed plotly package, found without importing it."""
    import importlib.util

    package = Path(importlib.util.find_spec("plotly").origin).parent
    source = (package / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    write_text(assets / "plotly.min.js", source)


def _card(name: str, heading: str, record: dict, picture: str) -> str:
    rows = "".join(
        f"<tr{' class=given' if key in record['given'] else ''}><th>{html.escape(key)}</th>"
        f"<td>{html.escape(_short(value))}</td></tr>"
        for key, value in record["parameters"].items()
    )
    return (
        f'<section class="card"><a href="{html.escape(name)}.html">{picture}'
        f"<h2>{html.escape(heading)}</h2></a>"
        f"<p>{html.escape(record['notebook'])}, run on {_date(record['started'])} "
        f"in {_duration(record['duration_s'])}</p><table>{rows}</table></section>"
    )


def _index(title: str, cards: list[str]) -> str:
    plots = any("Plotly.newPlot" in card for card in cards)
    script = '<script src="assets/plotly.min.js"></script>' if plots else ""
    today = datetime.now().strftime("%-d %B %Y, %H:%M")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>"
        f'<link rel="stylesheet" href="assets/style.css">{script}</head>\n'
        '<body class="index"><main>'
        f"<h1>{html.escape(title)}</h1><p>Written on {today}. These pages need no internet.</p>\n"
        f'<div class="cards">{"".join(cards)}</div></main></body></html>\n'
    )


def _short(value) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _date(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone().strftime("%-d %B %Y, %H:%M")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _is_report(folder: Path) -> bool:
    # The style sheet is written first, the index last: an interrupted report counts too.
    return (folder / "assets" / "style.css").is_file()
