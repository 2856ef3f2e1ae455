"""A metabolic map: data as colours and widths, clicks as a selection."""

import gzip
import importlib.util
import math
from functools import cache
from pathlib import Path

import anywidget
import traitlets as t

from kinetools import maps
from kinetools.errors import InputError
from kinetools.maps.scale import METABOLITE_SIZES
from kinetools.maps.validate import validate_map

from .display import live, mimebundle, svg_picture

HERE = Path(__file__).parent
PARTS = (
    "keep_listening",
    "escher_bundle",
    "map_parts",
    "map_uncertainty",
    "own_keys",
    "escher_map",
)
KINDS = ("reaction", "metabolite")


class Data(t.Dict):
    """{id: number, or None where there is none}, or None; a pandas Series is welcome."""

    def validate(self, obj, value):
        """Make it a plain dict of floats."""
        if value is None:
            return None
        if not hasattr(value, "items"):
            raise InputError(
                f"{self.name}: expected numbers by id (a dict or a Series), found a "
                f"{type(value).__name__}."
            )
        numbers = {str(id): _number(self.name, id, one) for id, one in value.items()}
        return super().validate(obj, numbers)


class Ids(t.List):
    """Ids of reactions and metabolites that are on the map."""

    def validate(self, obj, value):
        """Refuse an id that is not on the map, since nobody would see it."""
        ids = [str(id) for id in ([value] if isinstance(value, str) else value)]
        if unknown := [id for id in ids if id not in obj._ids]:
            raise InputError(
                f"{self.name}: {', '.join(unknown)} is neither a reaction nor a metabolite of the "
                f"map; use ids as the map writes them."
            )
        return super().validate(obj, ids)


class EscherMap(anywidget.AnyWidget):
    """A metabolic map in the notebook, with data as colours and widths.

    map: bundled name, path of an Escher map (JSON), or a map from `kinetools.maps.load_map`.
    model: anything with `.reactions`; its reactions must all be on the map, and its names of
        reactions and metabolites are shown instead of the map's. Raises InputError if one is not.
    reaction_data, metabolite_data: numbers by id (dict or Series); None or NaN means no data. Ids
        that are not on the map are listed below it.
    reaction_scale, metabolite_scale: `kinetools.maps.Scale`; None takes one that fits the data.
    reaction_unit, metabolite_unit: shown with every value; reaction_title: what the values are.
    reaction_uncertainty: `kinetools.maps.Uncertainty`, drawn as halos or opacity; reaction_direction:
        numbers by id whose signs, instead of those of the data, say where arrowheads point;
        reaction_notes: {id: text} that is shown below a value under the mouse.
    title: shown above the map; height: of the map, in pixels.

    Everything can be set later, too, and the picture follows. A click on the map sets `selection`
    (a list of ids; with shift or ctrl it adds or takes away), and so can a program; `highlight` is
    a second list of ids, in another colour, that clicks leave alone. `hovered` is the id under the
    mouse, or None.
    """

    _esm = "\n".join((HERE / f"{part}.js").read_text("utf-8") for part in PARTS)
    _css = HERE / "escher_map.css"
    _escher = t.Bytes().tag(sync=True)
    _map = t.List().tag(sync=True)
    _names = t.Dict().tag(sync=True)
    _layers = t.Dict().tag(sync=True)

    reaction_data = Data(default_value=None, allow_none=True)
    metabolite_data = Data(default_value=None, allow_none=True)
    reaction_scale = t.Instance(maps.Scale, allow_none=True)
    metabolite_scale = t.Instance(maps.Scale, allow_none=True)
    reaction_uncertainty = t.Instance(maps.Uncertainty, allow_none=True)
    reaction_direction = Data(default_value=None, allow_none=True)
    reaction_notes = t.Dict()
    reaction_title = t.Unicode("Reactions")
    reaction_unit = t.Unicode("")
    metabolite_unit = t.Unicode("")
    selection = Ids().tag(sync=True)
    highlight = Ids().tag(sync=True)
    hovered = t.Unicode(default_value=None, allow_none=True).tag(sync=True)
    title = t.Unicode("").tag(sync=True)
    height = t.Int(600).tag(sync=True)

    def __init__(
        self,
        map="ecoli",
        model=None,
        reaction_data=None,
        metabolite_data=None,
        reaction_scale=None,
        metabolite_scale=None,
        reaction_unit="mmol/gDW/h",
        metabolite_unit="µmol/L",
        title=None,
        height=600,
        **traits,
    ):
        if isinstance(map, list):
            validate_map(escher_map := map, "map")
        else:
            escher_map = maps.load_map(map)
        names = {}
        if model is not None:
            maps.check_map(escher_map, model)
            things = [*model.reactions, *getattr(model, "metabolites", ())]
            names = {x.id: x.name for x in things if getattr(x, "name", None)}
        self._ids = {*maps.map_reactions(escher_map), *maps.map_metabolites(escher_map)}
        super().__init__(
            # Half of what a notebook run headless would weigh, and nothing there draws with it.
            _escher=_escher_bundle() if live() else b"",
            _map=escher_map,
            _names=names,
            reaction_data=reaction_data,
            metabolite_data=metabolite_data,
            reaction_scale=reaction_scale,
            metabolite_scale=metabolite_scale,
            reaction_unit=reaction_unit,
            metabolite_unit=metabolite_unit,
            title=title or "",
            height=height,
            **traits,
        )

    def to_svg(self) -> str:
        """The map with its data as a static picture (SVG), drawn without a browser."""
        return maps.draw_svg(
            self._map,
            reaction_data=self.reaction_data,
            metabolite_data=self.metabolite_data,
            reaction_scale=self.reaction_scale,
            metabolite_scale=self.metabolite_scale,
            title=self.title or None,
            unit_label=self.reaction_unit,
            reaction_uncertainty=self.reaction_uncertainty,
            reaction_direction=self.reaction_direction,
        )

    @t.observe(
        *(f"{kind}_{what}" for kind in KINDS for what in ("data", "scale", "unit")),
        *(f"reaction_{what}" for what in ("uncertainty", "direction", "notes", "title")),
    )
    def _redraw(self, change):
        # One message, so that the page never shows new numbers in the colours of old ones.
        self._layers = self._make_layers()

    @t.default("_layers")
    def _make_layers(self):
        reactions, metabolites = self.reaction_data, self.metabolite_data
        layers = {"note": self._off_map()}
        if reactions is not None:
            scale = self.reaction_scale or maps.Scale.for_values(
                [reactions.get(id) for id in maps.map_reactions(self._map)]
            )
            uncertainty = self.reaction_uncertainty
            layers["reactions"] = _layer(reactions, scale, self.reaction_unit) | {
                "title": self.reaction_title,
                "uncertainty": uncertainty and uncertainty.to_layer(),
                "direction": self.reaction_direction,
                "notes": self.reaction_notes,
            }
        if metabolites is not None:
            scale = self.metabolite_scale or maps.Scale.for_values(
                metabolites.values(), sizes=METABOLITE_SIZES
            )
            layers["metabolites"] = _layer(metabolites, scale, self.metabolite_unit)
        return layers

    def _off_map(self) -> str:
        """A sentence that names what has data and is not on the map."""
        missing = [
            f"{id} {value:.4g} {unit}".strip()
            for data, unit in (
                (self.reaction_data, self.reaction_unit),
                (self.metabolite_data, self.metabolite_unit),
            )
            for id, value in (data or {}).items()
            if value is not None and id not in self._ids
        ]
        return f"Not on this map: {', '.join(missing)}" if missing else ""

    def __repr__(self):
        shown = maps.map_reactions(self._map)
        data = self.reaction_data or {}
        known = sum(data.get(id) is not None for id in shown)
        name = self._map[0].get("map_name", "")
        return f"EscherMap({name!r}: {len(shown)} reactions, {known} with data)"

    def _repr_mimebundle_(self, **kwargs):
        widget, metadata = super()._repr_mimebundle_(**kwargs)
        picture = svg_picture(self.to_svg(), repr(self), self._off_map())
        return mimebundle(widget, picture), metadata


def _layer(values, scale, unit) -> dict:
    return {
        "values": values,
        "unit": unit,
        "scale": scale.to_escher(),
        "signed": scale.kind == "diverging",
        "no_data": {"color": scale.no_data_color, "size": scale.no_data_size},
    }


@cache
def _escher_bundle() -> bytes:
    # Found without importing escher, which imports cobra and more.
    package = Path(importlib.util.find_spec("escher").origin).parent
    return gzip.compress((package / "static" / "escher.min.js").read_bytes(), mtime=0)


def _number(where: str, id, value) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{where}: {id} has {value!r}; give it a number, or None.") from None
    if math.isinf(number):
        raise InputError(f"{where}: {id} is infinite; give it a finite number, or None.")
    return None if math.isnan(number) else number
