"""Measurements in kinetools' own tables: a folder with measurements.json and one table a kind."""

import json
from pathlib import Path

from ..data import number, read_table_file
from ..errors import InputError
from .equations import check_id
from .experiments import Experiment, check_deviations, check_distribution
from .fragments import Fragment
from .heads import read_head
from .measurements import Measurements
from .tables import Row, read_table, table_text
from .tracer import Tracer, check_mixture, parse_labelling, write_labelling

VERSION = 1
MEASUREMENT_FILES = (
    "measurements.json",
    "tracer.csv",
    "mids.csv",
    "standard_deviations.csv",
    "bounds.csv",
    "fluxes.csv",
)
ENTRIES = {"max_flux", "growth_rate_1_h", "standard_deviation"}


def read_plain_measurements(folder: Path) -> Measurements:
    """The measurements in a folder; InputError naming file and row."""
    head = folder / "measurements.json"
    content = read_table_file(head, "flux measurements", VERSION)
    identifier, name, source = read_head(content, head, ENTRIES)
    tracers = _read_tracers(folder / "tracer.csv")
    mids = _read_mids(folder / "mids.csv", tracers)
    deviations = _read_deviations(folder, content, head, mids)
    experiments = tuple(
        Experiment(
            experiment,
            tracer,
            tuple(f for f, _ in mids[experiment].values()),
            {n: mid for n, (_, mid) in mids[experiment].items()},
            deviations[experiment],
        )
        for experiment, tracer in tracers.items()
    )
    max_flux, growth = content.get("max_flux"), content.get("growth_rate_1_h")
    if max_flux is not None:
        max_flux = number(max_flux, f"{head}: max_flux", positive=True)
    if growth is not None and (not isinstance(growth, list) or len(growth) != 2):
        raise InputError(f'{head}: "growth_rate_1_h" must be [lower, upper]; correct it.')
    if growth is not None:
        growth = tuple(number(v, f"{head}: growth_rate_1_h") for v in growth)
        if growth[0] > growth[1]:
            raise InputError(f'{head}: "growth_rate_1_h" must be [lower, upper]; swap them.')
    return Measurements(
        identifier,
        experiments,
        name,
        source,
        _read_bounds(folder / "bounds.csv"),
        _read_fluxes(folder / "fluxes.csv"),
        max_flux,
        growth,
    )


def _read_tracers(path) -> dict[str, Tracer]:
    rows = read_table(path, ("metabolite", "fraction", "labelling"), ("experiment", "also_called"))
    if not rows:
        raise InputError(f"{path}: lists no tracer; write one labelling a row.")
    mixtures: dict[str, dict[str, list]] = {}
    aliases: dict[str, dict[str, tuple]] = {}
    places = {}
    for row in rows:
        experiment = row.label("experiment")
        metabolite = check_id(row.text("metabolite"), "metabolite", row.where)
        pair = (row.number("fraction"), parse_labelling(row.text("labelling"), row.where))
        mixtures.setdefault(experiment, {}).setdefault(metabolite, []).append(pair)
        if row["also_called"]:
            aliases.setdefault(experiment, {})[metabolite] = row.words("also_called")
        places[experiment, metabolite] = f"{row.where} ({metabolite})"
    for experiment, mixture in mixtures.items():
        for metabolite, pairs in mixture.items():
            check_mixture(pairs, places[experiment, metabolite])
    return {e: Tracer(mixture, aliases.get(e, {})) for e, mixture in mixtures.items()}


def _read_mids(path, tracers) -> dict[str, dict[str, tuple[Fragment, object]]]:
    result: dict[str, dict] = {experiment: {} for experiment in tracers}
    for row in read_table(path, ("fragment",), ("experiment", "name", "also_called"), "M"):
        name = row.label("name") or row.text("fragment")
        where = f"{row.where} ({name})"
        group = _experiment(row, result, where)
        if name in group:
            raise InputError(
                f"{where}: the fragment stands above already; give replicates as one row, or other names."
            )
        fragment = Fragment.parse(row.text("fragment"), name, row.words("also_called"), where)
        mid = check_distribution(_masses(row, where), where)
        group[name] = fragment.of_size(len(mid) - 1, where), mid
    for experiment, group in result.items():
        if not group:
            raise InputError(
                f"{path}: no fragment of experiment {experiment!r}, which has a tracer; add one a row."
            )
    return result


def _read_deviations(folder, content, head, mids) -> dict[str, dict]:
    path = folder / "standard_deviations.csv"
    overall = content.get("standard_deviation")
    if overall is not None:
        overall = number(overall, f"{head}: standard_deviation", positive=True)
    if not path.is_file():
        if overall is None:
            raise InputError(
                f'{folder}: no standard deviations; add standard_deviations.csv, or "standard_deviation" '
                f"to {head.name}."
            )
        return {e: dict.fromkeys(group, overall) for e, group in mids.items()}
    if overall is not None:
        raise InputError(f'{head}: "standard_deviation" and {path.name} are both there; keep one.')
    result: dict[str, dict] = {experiment: {} for experiment in mids}
    for row in read_table(path, ("fragment",), ("experiment",), "M"):
        name = row.text("fragment")
        where = f"{row.where} ({name})"
        group = _experiment(row, result, where)
        measured = mids[row["experiment"]]
        if name not in measured or name in group:
            problem = "stands above already" if name in group else "is not in mids.csv"
            raise InputError(
                f"{where}: the fragment {problem}; write one row for each of mids.csv."
            )
        n = len(measured[name][1])
        group[name] = check_deviations(_masses(row, where), n, where)
    for experiment, group in result.items():
        missing = mids[experiment].keys() - group.keys()
        if missing:
            raise InputError(f"{path}: there is no row for fragment {min(missing)!r}; add it.")
    return result


def _experiment(row: Row, known: dict, where: str) -> dict:
    if row["experiment"] not in known:
        raise InputError(
            f"{where}: experiment {row['experiment']!r} has no tracer in tracer.csv "
            f"({', '.join(map(repr, known))} have); correct one of them."
        )
    return known[row["experiment"]]


def _masses(row: Row, where: str) -> list[float]:
    cells = [(c, v) for c, v in row.values.items() if c[:1] == "M" and c[1:].isdigit()]
    while cells and not cells[-1][1]:
        cells.pop()
    return [row.number(column) for column, _ in cells]


def _read_bounds(path) -> dict:
    groups: dict[str, dict] = {}
    if not path.is_file():
        return groups
    for row in read_table(path, ("reaction", "lower_bound", "upper_bound"), ("naming",)):
        reaction = check_id(row.text("reaction"), "reaction", row.where)
        where = f"{row.where} ({reaction})"
        group = groups.setdefault(row.label("naming"), {})
        if reaction in group:
            raise InputError(f"{where}: the reaction stands above already; keep one row.")
        lower, upper = row.number("lower_bound"), row.number("upper_bound")
        if lower > upper:
            raise InputError(
                f"{where}: the lower bound {lower:g} is above the upper bound {upper:g}; swap or correct "
                "them."
            )
        group[reaction] = (lower, upper)
    return groups


def _read_fluxes(path) -> dict:
    fluxes: dict[str, tuple[float, float]] = {}
    if not path.is_file():
        return fluxes
    for row in read_table(path, ("reaction", "flux", "standard_deviation")):
        reaction = check_id(row.text("reaction"), "reaction", row.where)
        where = f"{row.where} ({reaction})"
        if reaction in fluxes:
            raise InputError(f"{where}: the reaction stands above already; keep one row.")
        deviation = number(row.number("standard_deviation"), where, positive=True)
        fluxes[reaction] = (row.number("flux"), deviation)
    return fluxes


def write_plain_measurements(data: Measurements) -> dict[str, str]:
    """{file name: text} of a folder of measurements."""
    head = {
        "format": "kinetools flux measurements",
        "version": VERSION,
        "id": data.id,
        "name": data.name,
        "source": list(data.source),
    }
    if data.max_flux is not None:
        head["max_flux"] = data.max_flux
    if data.growth_rate is not None:
        head["growth_rate_1_h"] = list(data.growth_rate)
    n = max(len(mid) for e in data.experiments for mid in e.mids.values())
    names = [e.name if len(data.experiments) > 1 else "" for e in data.experiments]
    tracer, mids, deviations = [], [], []
    for label, experiment in zip(names, data.experiments):
        for metabolite, mixture in experiment.tracer.mixtures.items():
            other = " ".join(experiment.tracer.aliases.get(metabolite, ()))
            for fraction, labelling in mixture:
                tracer.append([label, metabolite, fraction, write_labelling(labelling), other])
        for fragment in experiment.fragments:
            name, text = fragment.name, _fragment_text(fragment)
            other = " ".join(fragment.aliases)
            mids.append([label, text, name if name != text else "", other])
            mids[-1] += _padded(experiment.mids[name], n)
            deviations.append([label, name, *_padded(experiment.standard_deviations[name], n)])
    masses = [f"M{k}" for k in range(n)]
    files = {
        "measurements.json": json.dumps(head, ensure_ascii=False, indent=1) + "\n",
        "tracer.csv": table_text(
            ["experiment", "metabolite", "fraction", "labelling", "also_called"], tracer
        ),
        "mids.csv": table_text(["experiment", "fragment", "name", "also_called", *masses], mids),
        "standard_deviations.csv": table_text(["experiment", "fragment", *masses], deviations),
    }
    bounds = [[g, r, *pair] for g, group in data.bounds.items() for r, pair in group.items()]
    if bounds:
        files["bounds.csv"] = table_text(
            ["naming", "reaction", "lower_bound", "upper_bound"], bounds
        )
    fluxes = [[r, *pair] for r, pair in data.flux_measurements.items()]
    if fluxes:
        files["fluxes.csv"] = table_text(["reaction", "flux", "standard_deviation"], fluxes)
    return files


def _fragment_text(fragment: Fragment) -> str:
    """The shortest text that reads as the same fragment: the metabolite alone where it is all atoms."""
    whole = fragment.atoms == tuple(range(1, len(fragment.atoms) + 1))
    if whole and fragment.name == fragment.metabolite:
        return fragment.metabolite
    return str(fragment)


def _padded(values, n) -> list:
    return [float(v) for v in values] + [""] * (n - len(values))
