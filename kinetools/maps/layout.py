"""Draws up an Escher map of a network from a short layout written by hand.

A layout says where the primary metabolites are and which of them each reaction joins; curves,
markers, cofactors and the places of labels follow. It is a JSON file (x to the right, y downwards,
both in Escher's map units):

    "nodes":     {"g6p_c": [900, 300, "right"], "pyr_c#2": [400, 800, "left"]}
    "reactions": {"PGI": {"path": ["g6p_c", "f6p_c"], "cofactors": "left", "label": "right"}}
    "texts":     [["Glycolysis", 700, 200]]

A node is a metabolite id (with `#2`, `#3` ... for a second drawing of the same metabolite), its
position and the side of its name. Options of a reaction, all but the path with a default:

- path: the primary substrate and product; the line runs from one to the other;
- at [x, y]: its middle, else half-way on the straight line, or on a circle of radius `arc`
  (clockwise if positive); heading: direction there in degrees clockwise from "to the right";
- start, end [x, y]: where the curve from the substrate, or to the product, has its corner; with
  four numbers its two control points, that of the metabolite first;
- joins {node: [x, y] or null}: further primary metabolites, with the corner of their curve;
- cofactors: the side of all other metabolites ("left", "right", "above", "below"), or "none" to
  draw none of them;
- place {metabolite: side, or [dx, dy], or [dx, dy, side of the name]}: exceptions, as a distance
  from the middle; corners {metabolite: [dx, dy]}: corner of a cofactor's curve;
- label: side of the reaction's name, or [dx, dy] of the start of its baseline from the middle;
- core: half the length of the straight piece in the middle;
- border [x, y]: where the line of a reaction of one metabolite ends, outside; its path has one node;
- comb [distance, spacing]: the other metabolites in a column on either side, largest coefficient
  first, for a reaction of dozens; the first place of each column is left to the path's ends.

"names" gives names to metabolites that have none in the model, which is the bundled kinetic model that
"model" names, or the bundled flux model that "network" names. A layout has all reactions of the model; one
with "part": true has those that it names. Metabolites of the list "without" are drawn where they are on the
path of a reaction or joined to it, and nowhere else.

    python -m kinetools.maps.layout data/maps/ecoli_layout.json data/maps/ecoli.json
"""

import argparse
from pathlib import Path

from ..data import read_table_file
from ..errors import InputError
from .drawing import Drawing
from .escher import save_map

VERSION = 1


def load_layout(path) -> dict:
    """The content of a layout file; raises InputError if it is not one."""
    layout = read_table_file(Path(path), "map layout", VERSION)
    for key, kind in (("nodes", dict), ("reactions", dict), ("texts", list), ("canvas", list)):
        if not isinstance(layout.get(key), kind):
            raise InputError(f'{path}: the layout lacks its "{key}" {kind.__name__}; add it.')
    return layout


def build_map(layout: dict, model, where: str = "layout") -> list:
    """The Escher map (schema 1-0-0) of a network, drawn as `layout` says.

    model: a KineticModel, cobra.Model or FluxModel; it gives names, stoichiometry and reversibility.
    where: what messages call the layout. Raises InputError if the layout names a reaction or
    metabolite that the model lacks, or misses out a reaction and is not of a part of the model.
    """
    reactions, names = _facts(getattr(model, "cobra_model", model))
    names = {m: name or layout.get("names", {}).get(m, "") for m, name in names.items()}
    part = layout.get("part", False)
    missing = [r for r in reactions if r not in layout["reactions"] and not part]
    extra = [r for r in layout["reactions"] if r not in reactions]
    if missing or extra:
        what = f"lacks {', '.join(missing)}" if missing else f"has the unknown {', '.join(extra)}"
        raise InputError(f"{where}: {what}; a layout has exactly the reactions of its model.")
    drawing = Drawing(layout, reactions, names, where)
    with drawing.blaming("the header, canvas or a text"):
        return drawing.to_escher()


def _facts(model):
    """({reaction: (name, {metabolite: coefficient}, reversible)}, {metabolite: name})."""
    names = {m.id: m.name for m in model.metabolites}
    if hasattr(model, "to_cobra"):
        reactions = {r.id: (r.name, r.stoichiometry(), r.law.reversible) for r in model.reactions}
    else:
        reactions = {
            r.id: (r.name, {m.id: c for m, c in r.metabolites.items()}, r.lower_bound < 0)
            for r in model.reactions
        }
    return reactions, names


def _model(layout, options):
    """The kinetic or flux model that is named on the command line or by the layout."""
    from ..flux.flux_model import load_flux_model
    from ..kinetics.model import load_kinetic_model

    if options.network or (not options.model and "network" in layout):
        return load_flux_model(options.network or layout["network"])
    if options.model or "model" in layout:
        return load_kinetic_model(options.model or layout["model"])
    raise InputError(f'{options.layout}: names no "model" and no "network"; add one of them.')


def main(arguments=None) -> None:
    """Write the Escher map of a layout."""
    parser = argparse.ArgumentParser(description="Draw up an Escher map from a layout.")
    parser.add_argument("layout", help="layout file")
    parser.add_argument("map", help="Escher map to write")
    parser.add_argument("--model", help="kinetic model; otherwise what the layout names")
    parser.add_argument("--network", help="flux model; otherwise what the layout names")
    options = parser.parse_args(arguments)
    try:
        layout = load_layout(options.layout)
        save_map(build_map(layout, _model(layout, options), options.layout), options.map)
    except InputError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
