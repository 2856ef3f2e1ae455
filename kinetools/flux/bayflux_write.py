"""Networks and measurements as files that BayFlux reads."""

import json
import logging
import tempfile
from pathlib import Path

import numpy as np

from ..errors import InputError
from .flux_model import FluxModel
from .measurements import Measurements

NETWORK_FILES = ("model.xml", "transitions.txt", "bayflux.yaml")
MEASUREMENT_FILES = ("bounds.csv", "distributions.tab", "tracer.py", "bayflux.yaml")


def write_bayflux_network(network: FluxModel) -> dict[str, str]:
    """{file name: text}: the SBML model, the atom transitions, and a configuration with the largest flux.

    Raises InputError for ids that SBML cannot hold.
    """
    lines = []
    for transition in network.transitions:
        if any(c in transition.reaction for c in "#\t"):
            raise InputError(
                f"reaction {transition.reaction!r}: BayFlux's ids cannot hold #; rename it."
            )
        reversible = network.lower_bound[network.index(transition.reaction)] < 0
        lines.append(
            f"{transition.reaction}\t{transition.equation(bool(reversible))}\t{transition.letters()}\n"
        )
    settings = {
        "modelFile": "model.xml",
        "transitionsFile": "transitions.txt",
        "maxFlux": network.max_flux,
    }
    return {
        "model.xml": _sbml(network),
        "transitions.txt": "".join(lines),
        "bayflux.yaml": _configuration(settings),
    }


def _sbml(network: FluxModel) -> str:
    import cobra

    logger = logging.getLogger("cobra.io.sbml")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.xml"
            cobra.io.write_sbml_model(network.cobra_model, str(path))
            text = path.read_text(encoding="utf-8")
            again = cobra.io.read_sbml_model(str(path))
    finally:
        logger.setLevel(level)
    for mine, theirs in (
        (network.reactions, [r.id for r in again.reactions]),
        (network.metabolites, [m.id for m in again.metabolites]),
    ):
        changed = [a for a, b in zip(mine, theirs) if a != b]
        if changed or len(mine) != len(theirs):
            raise InputError(
                f"flux model {network.id!r}: SBML cannot hold the id {(changed or mine)[0]!r}; use "
                "letters, digits and underscores."
            )
    return text


def write_bayflux_measurements(data: Measurements, network: FluxModel | None) -> dict[str, str]:
    """{file name: text}: bounds, distributions, tracer and a configuration that names them all.

    With a network, ids and bounds are the network's. Raises InputError where BayFlux has no place: several
    experiments, measured fluxes, or values of different standard deviations lose only the latter, to their
    mean.
    """
    (experiment,) = data.experiments if len(data.experiments) == 1 else (None,)
    if experiment is None or data.flux_measurements:
        raise InputError(
            f"measurements {data.id!r}: BayFlux's files hold one experiment and no measured fluxes with "
            'standard deviations; write them with format="kinetools".'
        )
    fragments, tracer = experiment.fragments, experiment.tracer
    bounds = next(iter(data.bounds.values()), {})
    if network is not None:
        fragments = tuple(f.in_network(network) for f in fragments)
        tracer, bounds = tracer.in_network(network), data.bounds_for(network)
    longest = max(len(mid) for mid in experiment.mids.values())
    lines = ["\t".join(["metabolite", "atoms", *map(str, range(longest))])]
    for fragment in fragments:
        values = [repr(float(v)) for v in experiment.mids[fragment.name]]
        lines.append("\t".join([fragment.metabolite, ",".join(map(str, fragment.atoms)), *values]))
    mixtures = [
        f"    model.metabolites.get_by_id({_quoted(m)}): "
        f"({''.join(f'({fraction!r}, {list(labelling)}), ' for fraction, labelling in mixture)}),\n"
        for m, mixture in tracer.mixtures.items()
    ]
    settings = {
        "modelFile": "model.xml",
        "fluxBoundsFile": "bounds.csv",
        "transitionsFile": "transitions.txt",
        "mdvFile": "distributions.tab",
        "substrateLabelingDict": "tracer.py",
        "averageError": data.mean_standard_deviation,
    }
    largest = data.max_flux or (network.max_flux if network is not None else None)
    if largest is not None:
        settings["maxFlux"] = float(largest)
    rows = [f"{r},{float(low)!r},{float(high)!r}\n" for r, (low, high) in bounds.items()]
    return {
        "bounds.csv": ",lower_bound,upper_bound\n" + "".join(rows),
        "distributions.tab": "\n".join(lines) + "\n",
        "tracer.py": "substrateLabelingDict = {\n" + "".join(mixtures) + "}\n",
        "bayflux.yaml": _configuration(settings),
    }


def _quoted(metabolite: str) -> str:
    if "'" in metabolite or "\\" in metabolite or '"' in metabolite:
        raise InputError(f"tracer {metabolite!r}: BayFlux's ids cannot hold quotes; rename it.")
    return f"'{metabolite}'"


def _configuration(settings: dict) -> str:
    # YAML reads 1e-05 as text, so numbers are written without exponents.
    return "".join(
        f"{key}: {np.format_float_positional(v, trim='0') if isinstance(v, float) else json.dumps(v)}\n"
        for key, v in settings.items()
    )
