"""Networks and measurements in the files of BayFlux: one folder, or what its configuration names."""

import logging
from pathlib import Path

from ..data import number, one_line
from ..errors import InputError
from .atoms import AtomTransition
from .bayflux_tables import read_bounds, read_distributions, read_tracer, read_transitions
from .borders import add_borders
from .equations import check_id, net_coefficients
from .experiments import Experiment
from .flux_model import FluxModel, check_transition, count_atoms
from .measurements import Measurements
from .plain_network import NO_LIMIT, NetworkArrays, build_cobra_model
from .recognise import HINT, kind_of
from .safe_xml import parse_xml
from .tables import read_text

SOURCE = "read from files of BayFlux"
ENTRIES = {
    "sbml": "modelFile",
    "bayflux bounds": "fluxBoundsFile",
    "bayflux transitions": "transitionsFile",
    "bayflux distributions": "mdvFile",
    "bayflux tracer": "substrateLabelingDict",
}
MOST_FILES = 200  # looked at in a folder


def bayflux_files(path: Path) -> tuple[dict[str, Path], dict]:
    """{kind: path} of the files that belong together, and the entries of the configuration.

    path: a configuration; a folder; or one of the files, the others being beside it. Raises InputError
    where two files of one kind are there and no configuration chooses.
    """
    if path.is_file() and kind_of(read_text(path), str(path)) == "bayflux configuration":
        return _configured(path)
    try:
        beside = sorted(
            p for p in (path if path.is_dir() else path.parent).iterdir() if p.is_file()
        )
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({one_line(error)}); check the folder."
        ) from error
    if len(beside) > MOST_FILES:
        raise InputError(
            f"{path}: {len(beside)} files lie in this folder; put those of BayFlux into one of their own."
        )
    found: dict[str, list[Path]] = {}
    for file in beside:
        try:
            kind = kind_of(read_text(file), str(file))
        except InputError:  # a picture, a spreadsheet: none of ours, unless it was asked for
            if file == path:
                raise
            continue
        found.setdefault(kind, []).append(file)
    if path.is_dir() and len(found.get("bayflux configuration", ())) == 1:
        return _configured(found["bayflux configuration"][0])
    files = {}
    for kind in ENTRIES:
        files_of_kind = [path] if path in found.get(kind, ()) else found.get(kind, [])
        if len(files_of_kind) > 1:
            raise InputError(
                f"{path}: {files_of_kind[0].name} and {files_of_kind[1].name} are both {kind} files; give "
                "the configuration of BayFlux that names one, or keep one in the folder."
            )
        if files_of_kind:
            files[kind] = files_of_kind[0]
    return files, {}


def _configured(path: Path) -> tuple[dict[str, Path], dict]:
    import yaml

    try:
        content = yaml.safe_load(read_text(path))
    except InputError:
        raise
    except Exception as error:  # PyYAML reports malformed values in many types
        reason = "".join(c for c in one_line(error)[:200] if c.isprintable())
        raise InputError(f"{path}: is not valid YAML ({reason}); correct it.") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: is not a configuration of BayFlux; {HINT}.")
    files = {}
    for kind, entry in ENTRIES.items():
        if entry not in content:
            continue
        files[kind] = path.parent / str(content[entry])
    return files, {key: content[key] for key in ("averageError", "maxFlux") if key in content}


def _needed(files: dict[str, Path], kind: str, path: Path) -> Path:
    """The file of a kind; InputError if there is none."""
    file = files.get(kind)
    if file is None:
        raise InputError(f"{path}: there is no file of {kind.removeprefix('bayflux ')}; {HINT}.")
    try:
        if file.is_file():
            return file
    except (OSError, ValueError):  # a name that cannot be one
        pass
    raise InputError(
        f"{path}: {ENTRIES[kind]} names {str(file)[:300]!r}, which is no file; correct it."
    )


def read_bayflux_network(path: Path) -> FluxModel:
    """A network from BayFlux's files: transitions, with the SBML model if there is one.

    Without SBML the transitions are the reactions, and `add_borders` lets dead ends cross the border.
    """
    files, settings = bayflux_files(path)
    lines = read_transitions(_needed(files, "bayflux transitions", path))
    max_flux = settings.get("maxFlux")
    if max_flux is not None:
        max_flux = number(max_flux, f"{path}: maxFlux", positive=True)
    if "sbml" in files:
        model = _read_sbml(_needed(files, "sbml", path))
        if max_flux is None:
            max_flux = max((abs(b) for r in model.reactions for b in r.bounds), default=0.0)
        max_flux = max_flux if 0 < max_flux < float("inf") else NO_LIMIT
    else:
        max_flux = max_flux or NO_LIMIT
        model = _model_of(lines, path, max_flux)
    count_atoms([t for t, _, _ in lines], [where for _, _, where in lines])
    arrays = NetworkArrays(model)
    transitions = [_fitted(transition, arrays, where) for transition, _, where in lines]
    return FluxModel(model.id, model, tuple(transitions), max_flux, model.name or "", (SOURCE,))


def _fitted(transition, arrays, where):
    """The transition, with molecules repeated where one stands for several that go the same way."""
    if transition.reaction in arrays.reactions:
        column = arrays.stoichiometry[:, arrays.reactions.index(transition.reaction)]
        net = net_coefficients(
            [(m, 1) for m, _ in transition.reactants], [(m, 1) for m, _ in transition.products]
        )
        index = {m: i for i, m in enumerate(arrays.metabolites)}
        sides = (), ()
        for part in transition.parts():
            names = {m for m, _ in (*part.reactants, *part.products) if m in index and net[m]}
            ratios = {column[index[m]] / net[m] for m in names}
            times = ratios.pop() if len(ratios) == 1 else 1
            part = part.repeated(int(times)) if times in range(2, 100) else part
            sides = sides[0] + part.reactants, sides[1] + part.products
        if len(sides[0]) != len(transition.reactants):
            transition = AtomTransition(transition.reaction, *sides)
    check_transition(transition, arrays, where)
    return transition


def _model_of(lines, path, max_flux):
    reactions = {}
    limit = max(NO_LIMIT, max_flux)
    for transition, reversible, where in lines:
        sides = ([(m, 1) for m, _ in s] for s in (transition.reactants, transition.products))
        content = {
            "metabolites": net_coefficients(*sides),
            "bounds": (-limit if reversible else 0.0, limit),
            "where": where,
        }
        first = reactions.setdefault(transition.reaction, content)
        if any(first[key] != content[key] for key in ("metabolites", "bounds")):
            raise InputError(
                f"{where}: the reaction has another equation than above; transitions of one reaction "
                "differ in their atoms only."
            )
    name = "".join(c if c.isprintable() and not c.isspace() else "_" for c in path.stem)
    return build_cobra_model(name or "network", add_borders(reactions, limit))


def _read_sbml(path: Path):
    import cobra

    parse_xml(read_text(path), str(path), build=False)
    logger = logging.getLogger("cobra.io.sbml")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # what is wrong is said below, in one sentence
    try:
        model = cobra.io.read_sbml_model(str(path))
    except Exception as error:  # libsbml and COBRApy report damage in many types
        reason = "".join(c for c in one_line(error)[:200] if c.isprintable())
        raise InputError(
            f"{path}: is not an SBML model that COBRApy can read ({reason}); export it again."
        ) from error
    finally:
        logger.setLevel(level)
    if not model.id:
        model.id = path.stem or "network"
    for what in ("reactions", "metabolites"):
        for entry in getattr(model, what):
            check_id(entry.id, what[:-1], str(path))
    return model


def read_bayflux_measurements(path: Path, standard_deviation: float | None = None) -> Measurements:
    """Measurements from BayFlux's files: distributions and tracer, with bounds if there are some.

    BayFlux keeps one standard deviation for all values in its configuration (averageError);
    `standard_deviation` takes its place.
    """
    files, settings = bayflux_files(path)
    rows = read_distributions(_needed(files, "bayflux distributions", path))
    tracer = read_tracer(_needed(files, "bayflux tracer", path))
    if standard_deviation is None:
        standard_deviation = settings.get("averageError")
    if standard_deviation is None:
        raise InputError(
            f"{path}: BayFlux's tables hold no standard deviations; give its configuration with "
            "averageError, or load_measurements(..., standard_deviation=0.01)."
        )
    standard_deviation = number(standard_deviation, f"{path}: averageError", positive=True)
    max_flux = settings.get("maxFlux")
    if max_flux is not None:
        max_flux = number(max_flux, f"{path}: maxFlux", positive=True)
    experiment = Experiment(
        "",
        tracer,
        tuple(fragment for fragment, _ in rows),
        {fragment.name: values for fragment, values in rows},
        standard_deviation,
    )
    bounds = {}
    if "bayflux bounds" in files:
        bounds = read_bounds(_needed(files, "bayflux bounds", path))
    stem = files["bayflux distributions"].stem
    return Measurements(
        "".join(c if c.isprintable() and not c.isspace() else "_" for c in stem) or "measurements",
        (experiment,),
        source=(SOURCE,),
        bounds={"": bounds} if bounds else {},
        max_flux=max_flux,
    )
