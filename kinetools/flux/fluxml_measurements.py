"""Measurements of FluxML: configurations with a tracer, mass spectra and fluxes."""

import itertools
import re
from pathlib import Path

import numpy as np

from ..errors import InputError
from .equations import check_id
from .experiments import Experiment, check_deviations, check_distribution
from .fluxml import FluxmlDocument, check_stationary, read_document
from .fragments import Fragment
from .linear import parse_relations
from .measurements import Measurements
from .safe_xml import Element
from .tables import parse_number
from .tracer import Tracer

NATURAL = 0.0107  # share of 13C in nature
MOST_ATOMS = 12  # of a tracer with purities: 2^n labellings
_SPECTRUM = re.compile(
    r"([^\W\d]\w*)\s*(?:\[([0-9,\-\s]{1,500})\])?\s*#\s*M\s*(\d+(?:\s*,\s*\d+)*)"
)


def read_fluxml_measurements(path: Path) -> Measurements:
    """Every configuration of a FluxML file that has mass spectra, as one experiment each.

    Constraints of one flux in a configuration are the bounds; all such configurations must agree in them
    and in measured fluxes, since they are of one strain.
    """
    document = read_document(path)
    experiments, common = [], []
    for configuration, local in zip(document.configurations, document.local):
        where = f"{path}, line {configuration.line}"
        name = check_id(configuration.attributes.get("name", "default"), "configuration", where)
        where += f" (configuration {name})"
        measurement = configuration.first("measurement")
        if measurement is None:
            continue
        check_stationary(configuration, where)
        values = _data(measurement, path)
        spectra = _spectra(measurement, values, path)
        fluxes = _fluxes(measurement, values, document, path)
        for element in measurement.all("model", "poolsizemeasurement", "poolsize"):
            values.pop(
                element.attributes.get("id", ""), None
            )  # steady labelling does not depend on them
        if values:
            unknown = min(values)
            line = values[unknown][0][0]
            raise InputError(f"{path}, line {line}: no measurement has the id {unknown[:50]!r}.")
        if not spectra:
            continue
        experiments.append(
            Experiment(
                name,
                _tracer(configuration, document.pools, path),
                tuple(f for f, _, _ in spectra),
                {f.name: mid for f, mid, _ in spectra},
                {f.name: deviations for f, _, deviations in spectra},
            )
        )
        common.append((_bounds(document, local), fluxes))
    if not experiments:
        raise InputError(
            f"{path}: no configuration has mass spectra (labelingmeasurement); add some."
        )
    if any(c != common[0] for c in common):
        raise InputError(
            f"{path}: the configurations differ in constraints or measured fluxes, so they are no "
            "parallel experiments of one strain; keep one of them in the file."
        )
    bounds, fluxes = common[0]
    return Measurements(
        "".join(c if c.isalnum() else "_" for c in path.stem) or "measurements",
        tuple(experiments),
        source=("read from FluxML",),
        bounds={"": bounds} if bounds else {},
        flux_measurements=fluxes,
    )


def _bounds(document: FluxmlDocument, local) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    local_fluxes = {r.single[0] for r in local if r.single}
    for relation in (*document.net, *local):
        if relation.single and relation.single[0] in local_fluxes:
            flux, lower, upper = relation.single
            reaction = document.reactions[flux]
            both_ways = reaction.bidirectional and not reaction.efflux
            low, high = found.get(flux, (-np.inf if both_ways else 0.0, np.inf))
            found[flux] = max(low, lower), min(high, upper)
            if found[flux][0] > found[flux][1]:
                raise InputError(
                    f"{relation.where}: contradicts other bounds of {flux}; correct it."
                )
    largest = max(
        [1000.0, *(5 * abs(v) for pair in found.values() for v in pair if np.isfinite(v))]
    )
    return {
        flux: (float(max(low, -largest)), float(min(high, largest)))
        for flux, (low, high) in found.items()
    }


def _tracer(configuration: Element, pools, path) -> Tracer:
    mixtures = {}
    for element in configuration.all("input"):
        where = f"{path}, line {element.line}"
        pool = element.attributes.get("pool", "")
        if pool not in pools:
            raise InputError(f"{where}: there is no pool {pool[:50]!r}; correct it.")
        if element.attributes.get("type", "isotopomer") != "isotopomer":
            raise InputError(
                f"{where}: the input of {pool} is not given as isotopomers; convert it."
            )
        if pool in mixtures or "profile" in element.attributes:
            raise InputError(
                f"{where}: the input of {pool} stands twice or changes with time; keep one mixture."
            )
        if not pools[pool]:
            continue
        shares: dict[tuple[int, ...], float] = {}
        for label in element.all("label"):
            for labelling, share in _isotopomers(
                label, pools[pool], f"{path}, line {label.line} ({pool})"
            ):
                shares[labelling] = shares.get(labelling, 0.0) + share
        if not element.all("label"):
            for labelling, share in _spread((0,) * pools[pool], 1.0, where):
                shares[labelling] = share
        try:
            mixtures[pool] = Tracer({pool: [(s, x) for x, s in shares.items()]}).mixtures[pool]
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    if not mixtures:
        raise InputError(
            f"{path}, line {configuration.line}: has no input with atoms; add the tracer."
        )
    return Tracer(mixtures)


def _isotopomers(label: Element, n_atoms, where):
    """(labelling, share) of a label element, spread over impurities where a purity is given."""
    if label.first("textual") is not None or label.first("math") is not None:
        raise InputError(f"{where}: the share of a label changes with time; give one number.")
    share = parse_number(label.text.strip(), f"{where}, share of the label")
    cfg = label.attributes.get("cfg", "").strip()
    if not re.fullmatch("[01]+", cfg) or len(cfg) != n_atoms:
        raise InputError(
            f"{where}: the label {cfg[:50]!r} is not one 0 or 1 for each of {n_atoms} atoms."
        )
    labelling = tuple(map(int, cfg))
    if "purity" not in label.attributes:
        return [(labelling, share)]
    purity = parse_number(label.attributes["purity"].strip(), f"{where}, purity")
    if not 0 <= purity <= 1:
        raise InputError(f"{where}: the purity is {purity:g}, expected 0 to 1; correct it.")
    return [(x, share * s) for x, s in _spread(labelling, purity, where)]


def _spread(labelling, purity, where):
    """All labellings of a molecule: 13C with `purity` where labelled, as in nature elsewhere."""
    if len(labelling) > MOST_ATOMS:
        raise InputError(
            f"{where}: purities are spread over at most {MOST_ATOMS} atoms; leave them out."
        )
    heavy = [purity if x else NATURAL for x in labelling]
    for outcome in itertools.product((0, 1), repeat=len(labelling)):
        share = float(np.prod([p if x else 1 - p for x, p in zip(outcome, heavy)]))
        if share:
            yield outcome, share


def _data(measurement: Element, path) -> dict[str, list]:
    """id -> [(line, weight, value, standard deviation)]."""
    values: dict[str, list] = {}
    for datum in measurement.all("data", "datum"):
        where = f"{path}, line {datum.line}"
        if "time" in datum.attributes:
            raise InputError(
                f"{where}: was measured at a time; only steady labelling can be simulated."
            )
        weight = datum.attributes.get("weight", "").strip()
        if not re.fullmatch(r"\d{0,4}", weight) or {"row", "pos", "type"} & datum.attributes.keys():
            raise InputError(
                f"{where}: is no value of a mass spectrum or a flux; remove its group."
            )
        value = parse_number(datum.text.strip(), f"{where}, value")
        deviation = parse_number(datum.attributes.get("stddev", "").strip(), f"{where}, stddev")
        entry = (datum.line, int(weight) if weight else None, value, deviation)
        values.setdefault(datum.attributes.get("id", ""), []).append(entry)
    return values


def _spectra(measurement: Element, values, path) -> list:
    """(fragment, distribution, standard deviations) of every group of a labelling measurement."""
    found = []
    for group in measurement.all("model", "labelingmeasurement", "group"):
        name = group.attributes.get("id", "")
        where = f"{path}, line {group.line} ({name[:50]})"
        textual = group.first("textual")
        match = _SPECTRUM.fullmatch(textual.text.strip()) if textual is not None else None
        if match is None:
            raise InputError(
                f'{where}: is not a mass spectrum such as "F[1-3]#M0,1,2,3"; only those are read.'
            )
        if "times" in group.attributes:
            raise InputError(
                f"{where}: was measured at times; only steady labelling can be simulated."
            )
        text = match[1] + (f"[{''.join(match[2].split())}]" if match[2] else "")
        fragment = Fragment.parse(text, name or text, where=where)
        masses = [int(m) for m in match[3].split(",")]
        by_mass = {weight: (value, sd) for _, weight, value, sd in values.pop(name, [])}
        if masses != list(range(len(masses))) or sorted(by_mass, key=str) != sorted(
            masses, key=str
        ):
            raise InputError(
                f"{where}: needs one value for each mass from 0 on, as a whole distribution; complete it."
            )
        mid, deviations = np.array([by_mass[m] for m in masses]).T
        if group.attributes.get("scale", "auto") == "auto" and (mid >= 0).all() and mid.sum() > 0:
            mid, deviations = mid / mid.sum(), deviations / mid.sum()
        mid = check_distribution(mid, where)
        fragment = fragment.of_size(len(mid) - 1, where)
        found.append((fragment, mid, check_deviations(deviations, len(mid), where)))
    names = [f.name for f, _, _ in found]
    if len(set(names)) < len(names):
        raise InputError(
            f"{path}, line {measurement.line}: two groups have the same id; rename one."
        )
    return found


def _fluxes(measurement: Element, values, document, path) -> dict[str, tuple[float, float]]:
    """reaction -> (value, standard deviation) of measured net fluxes."""
    model = measurement.first("model")
    fluxes = {}
    for tag, parts in (
        ("fluxmeasurement", ("netflux", "xchflux")),
        ("fluxratios", ("netratio", "xchratio")),
    ):
        for part in parts:
            for element in model.all(tag, part) if model is not None else ():
                name = element.attributes.get("id", "")
                where = f"{path}, line {element.line} ({name[:50]})"
                textual = element.first("textual")
                if part != "netflux" or textual is None:
                    raise InputError(f"{where}: only measured net fluxes are read; remove it.")
                relations = parse_relations(f"{textual.text} = 0", where)
                relation = (
                    relations[0].substituted(document.shares) if len(relations) == 1 else None
                )
                entries = values.pop(name, [])
                if relation is None or not relation.single or len(entries) != 1:
                    raise InputError(f"{where}: is not one value of one flux; change or remove it.")
                ((reaction, c),) = relation.coefficients.items()
                if reaction not in document.reactions or reaction in fluxes or relation.lower:
                    raise InputError(
                        f"{where}: {reaction[:50]!r} is no reaction or measured twice."
                    )
                _, _, value, deviation = entries[0]
                fluxes[reaction] = (
                    value / c,
                    float(check_deviations(deviation / abs(c), 1, where)[0]),
                )
    return fluxes
