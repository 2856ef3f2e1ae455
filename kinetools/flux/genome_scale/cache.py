"""Models built by recipes, kept so that building takes place once."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from ...errors import InputError
from .build import build_flux_model
from .recipe import Recipe, read_recipe
from .report import BuildReport, StepReport

REPORT = "build_report.json"
KEPT = 5  # builds of one recipe
# code that builds
ALSO = (
    "atoms",
    "equations",
    "flux_model",
    "gene_rules",
    "linear_program",
    "measurements",
    "net_fluxes",
    "plain_network",
    "tables",
)


def cache_folder() -> Path:
    """Where built models are kept: KINETOOLS_CACHE, or the user's folder for caches."""
    own = os.environ.get("KINETOOLS_CACHE")
    if own:
        return Path(own)
    import platformdirs

    return Path(platformdirs.user_cache_dir("kinetools"))


def cached_flux_model(folder, rebuild: bool = False):
    """The FluxModel of the recipe in a folder and its BuildReport: as kept, or built and then kept.

    A model is built again when a file of the recipe, the building code or COBRApy has changed, or with
    rebuild. Where nothing can be written, it is built each time. Raises InputError for a recipe at fault.
    """
    recipe = read_recipe(folder)
    kept = cache_folder() / "flux_models" / f"{recipe.id}-{fingerprint(recipe)}"
    if not rebuild and (found := _read(kept)) is not None:
        return found
    network, report = build_flux_model(recipe)
    with contextlib.suppress(OSError):  # a full disk costs time at the next start, nothing else
        _keep(kept, network, report)
    return network, report


def fingerprint(recipe: Recipe) -> str:
    """Changes with the recipe's files, the code that builds, and COBRApy, which brings the model."""
    import cobra

    here = Path(__file__).parent
    code = sorted(here.glob("*.py")) + [here.parent / f"{name}.py" for name in ALSO]
    digest = hashlib.sha256(cobra.__version__.encode())
    for path in (*recipe.files, *code):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _read(kept: Path):
    """What was kept, or None if it is not there or not whole."""
    from ..plain_network import read_plain_network

    try:
        content = json.loads((kept / REPORT).read_text(encoding="utf-8"))
        steps = tuple(
            StepReport(s["step"], tuple(map(tuple, s["rows"])), *s["sizes"])
            for s in content["steps"]
        )
        report = BuildReport(steps, content["sizes"], content["published"])
        network = read_plain_network(kept)
        for reaction, subsystem in content["subsystems"].items():
            network.cobra_model.reactions.get_by_id(reaction).subsystem = subsystem
        for gene, name in content["gene_names"].items():
            network.cobra_model.genes.get_by_id(gene).name = name
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError):
        return None
    return network, report


def _keep(kept: Path, network, report):
    from ..plain_network import write_plain_network

    content = {
        "steps": [
            {"step": s.step, "rows": s.rows, "sizes": [s.reactions, s.metabolites, s.labelled]}
            for s in report.steps
        ],
        "sizes": report.sizes,
        "published": report.published,
        "subsystems": {r.id: r.subsystem for r in network.cobra_model.reactions if r.subsystem},
        "gene_names": {g.id: g.name for g in network.cobra_model.genes if g.name},
    }
    files = {**write_plain_network(network), REPORT: json.dumps(content, ensure_ascii=False)}
    kept.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".building-"))
    try:
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8")
        if kept.exists():
            shutil.rmtree(kept)
        os.replace(temporary, kept)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    for old in builds(kept.parent, kept.name.rpartition("-")[0])[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def builds(folder: Path, recipe: str) -> list[Path]:
    """The builds of the recipe of an id in a folder, the oldest first, and nothing else that lies there."""
    own = re.compile(re.escape(recipe) + "-[0-9a-f]{16}")
    found = [p for p in folder.iterdir() if own.fullmatch(p.name)]
    return sorted(found, key=lambda p: p.stat().st_mtime)
