"""Which map a FluxMap shows: the one asked for, the network's, or the one with most of its reactions."""

from kinetools.data import DATA
from kinetools.maps import load_map, map_reactions
from kinetools.maps.validate import validate_map

SHARED = 0.5  # of a map's reactions that a network has, if the map is to be shown without being asked for


def choose_map(asked, network, attrs, reactions) -> tuple[list | None, str]:
    """(map or None, what to say of it).

    asked: what the user gave: a map, its bundled name or path, False for none, or None; attrs: of the
    posterior; reactions: its ids. Raises InputError for what is no map.
    """
    if asked is False:
        return None, ""
    if isinstance(asked, list):
        validate_map(asked, "map")
        return asked, ""
    if asked is not None:
        return load_map(asked), ""
    known = getattr(network, "id", None) or attrs.get("network_id")
    if known and (DATA / "maps" / f"{known}.json").is_file():
        return load_map(str(known)), ""
    called = f"the network {known!r}" if known else "this network"
    share, name = max((_share(name, reactions), name) for name in bundled_maps())
    if share >= SHARED:
        chosen = load_map(name)
        said = (
            f"There is no bundled map of {called}; shown is the map of {name!r}, of whose reactions it has "
            f"{100 * share:.0f}\u202f%."
        )
        return chosen, said
    return None, (
        f"There is no bundled map of {called}; give one as map=, the path of a map from Escher, say."
    )


def bundled_maps() -> list[str]:
    """Names of the bundled maps."""
    layouts = {p.stem.removesuffix("_layout") for p in (DATA / "maps").glob("*_layout.json")}
    return sorted(name for name in layouts if (DATA / "maps" / f"{name}.json").is_file())


def _share(name: str, reactions) -> float:
    drawn = set(map_reactions(load_map(name)))
    return len(drawn & set(reactions)) / len(drawn)
