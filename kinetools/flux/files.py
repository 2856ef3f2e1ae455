"""Finding out in which format a network or measurements are written, and reading and writing them."""

from pathlib import Path

from ..data import DATA, one_line
from ..errors import InputError
from ..store import write_text
from . import bayflux_write
from .bayflux import read_bayflux_measurements, read_bayflux_network
from .fluxml import read_fluxml_network
from .fluxml_measurements import read_fluxml_measurements
from .plain_measurements import MEASUREMENT_FILES, read_plain_measurements, write_plain_measurements
from .plain_network import NETWORK_FILES, read_plain_network, write_plain_network
from .recognise import kind_of, unknown
from .tables import read_text

RECIPE = "recipe.json"  # of a network that is built from a genome-scale model


def find_folder(kind: str, head: str, name) -> Path:
    """The path of a bundled folder `data/flux/<kind>/<name>`, or of an existing file or folder."""
    if not isinstance(name, (str, Path)) or not str(name):
        raise InputError(f"expected the name or path of flux {kind}, found {name!r}.")
    heads = (head, RECIPE) if kind == "models" else (head,)
    bundled = sorted(p.parent.name for h in heads for p in (DATA / "flux" / kind).glob(f"*/{h}"))
    if name in bundled:  # a folder of the same name is "./toy"
        return DATA / "flux" / kind / name
    path = Path(name)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):  # a name that is too long, or holds a zero byte
        pass
    if isinstance(name, str) and not path.suffix and len(path.parts) == 1:
        raise InputError(
            f"There are no bundled {kind} {name[:100]!r} in data/flux/{kind} (there are: "
            f"{', '.join(bundled)}); give one of these names or the path of a file."
        )
    raise InputError(f"{str(name)[:500]!r}: no such file or folder; check the path.")


def read_flux_model(name):
    """A network from a bundled name or a path, whatever its format."""
    path = find_folder("models", "network.json", name)
    kind = _kind(path, "network.json")
    if kind == "flux model":
        return read_plain_network(path if path.is_dir() else path.parent)
    if kind == "flux recipe":
        from .genome_scale import cached_flux_model

        network, _ = cached_flux_model(path if path.is_dir() else path.parent)
        return network
    if kind == "fluxml":
        return read_fluxml_network(path)
    if kind in ("sbml", "folder") or kind.startswith("bayflux"):
        return read_bayflux_network(path)
    raise unknown(path, "network for flux analysis")


def read_measurements(name, standard_deviation=None):
    """Measurements from a bundled name or a path, whatever their format."""
    path = find_folder("measurements", "measurements.json", name)
    kind = _kind(path, "measurements.json")
    if kind in ("sbml", "folder") or kind.startswith("bayflux"):
        return read_bayflux_measurements(path, standard_deviation)
    if standard_deviation is not None:
        raise InputError(f"{path}: gives standard deviations itself; leave out standard_deviation.")
    if kind == "flux measurements":
        return read_plain_measurements(path if path.is_dir() else path.parent)
    if kind == "fluxml":
        return read_fluxml_measurements(path)
    raise unknown(path, "set of labelling measurements")


def _kind(path: Path, head: str) -> str:
    if path.is_dir():
        own = {
            "network.json": "flux model",
            RECIPE: "flux recipe",
            "measurements.json": "flux measurements",
        }
        if (path / head).is_file():
            return own[head]
        return next((k for file, k in own.items() if (path / file).is_file()), "folder")
    return kind_of(read_text(path), str(path)) or ""


def save_flux_model(network, path, format) -> Path:
    """`flux_model.write_flux_model`."""
    if format == "kinetools":
        return _write_folder(path, write_plain_network(network), NETWORK_FILES)
    if format == "bayflux":
        files = bayflux_write.write_bayflux_network(network)
        return _write_folder(path, files, bayflux_write.NETWORK_FILES)
    raise InputError(f'format must be "kinetools" or "bayflux", found {format!r}.')


def save_measurements(data, path, format, network) -> Path:
    """`measurements.write_measurements`."""
    if format == "kinetools":
        return _write_folder(path, write_plain_measurements(data), MEASUREMENT_FILES)
    if format == "bayflux":
        files = bayflux_write.write_bayflux_measurements(data, network)
        return _write_folder(path, files, bayflux_write.MEASUREMENT_FILES)
    raise InputError(f'format must be "kinetools" or "bayflux", found {format!r}.')


def _write_folder(path, files: dict[str, str], names) -> Path:
    """Write files one after the other, each atomically; remove what is left of an earlier, larger set.

    The head of a folder comes last: until then a reader finds the old one or none.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be a folder ({one_line(error)}); give another path."
        ) from error
    for name in sorted(files, key=lambda n: n.endswith((".json", ".yaml"))):
        write_text(folder / name, files[name])
    for name in names:
        if name not in files:
            (folder / name).unlink(missing_ok=True)
    return folder
