"""Seeing from its content what a file of flux analysis is."""

from pathlib import Path

from ..errors import InputError
from .equations import BOTH_WAYS, ONE_WAY
from .safe_xml import parse_xml
from .tables import split_table

SMALL = 100_000  # characters that are enough to see what a table is


def kind_of(text: str, where: str) -> str | None:
    """What a text is, or None: the names are those of the branches below."""
    start = text.lstrip()[:SMALL]
    if start.startswith("<"):
        tag = parse_xml(text, where, build=False).tag
        return tag if tag in ("fluxml", "sbml") else None
    if start.startswith("{"):
        for kind in ("flux model", "flux measurements", "flux recipe"):
            if f'"kinetools {kind}"' in start:
                return kind
        return None
    lines = [x for x in start.splitlines() if x.strip() and not x.lstrip().startswith("#")]
    if not lines:
        return None
    if any(x.replace(" ", "").startswith("substrateLabelingDict={") for x in lines):
        return "bayflux tracer"
    if any(x.startswith(("modelFile:", "mdvFile:", "transitionsFile:")) for x in lines):
        return "bayflux configuration"
    cells = lines[0].split("\t")
    if len(cells) == 3 and set(cells[1].split()) & {*ONE_WAY, *BOTH_WAYS}:
        return "bayflux transitions"
    if [c.strip() for c in cells[:2]] == ["metabolite", "atoms"]:
        return "bayflux distributions"
    try:
        ((_, header),) = split_table(lines[0], where)
    except (InputError, ValueError):
        return None
    if [c.lower() for c in header[1:]] in BOUNDS_HEADERS and header[0] != "reaction":
        return "bayflux bounds"
    if {"reaction", "equation"} <= set(header):
        return "flux model"
    if any(set(columns) <= set(header) for columns in OWN_TABLES):
        return "flux measurements"
    return None


OWN_TABLES = (
    ("fragment", "M0"),
    ("metabolite", "labelling"),
    ("reaction", "lower_bound"),
    ("reaction", "flux"),
)
BOUNDS_HEADERS = (["lower_bound", "upper_bound"], ["minflux", "maxflux"])

HINT = (
    "kinetools reads its own folders (docs/file_formats.md), the files of BayFlux in one folder or "
    "named by its configuration, and FluxML"
)


def unknown(path: Path, wanted: str) -> InputError:
    """The error for a file or folder that is nothing of what is known."""
    return InputError(f"{path}: is not a {wanted} in a known format; {HINT}.")
