"""Finding out in which format a network or measurements are written, and reading them."""

from pathlib import Path

from ..data import DATA
from ..errors import InputError
from .plain_measurements import read_plain_measurements
from .plain_network import read_plain_network


def find_folder(kind: str, head: str, name) -> Path:
    """The path of a bundled folder `data/flux/<kind>/<name>`, or of an existing file or folder."""
    if not isinstance(name, (str, Path)) or not str(name):
        raise InputError(f"expected the name or path of flux {kind}, found {name!r}.")
    bundled = sorted(p.parent.name for p in (DATA / "flux" / kind).glob(f"*/{head}"))
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
            f"There are no bundled {kind} {name!r} in data/flux/{kind} (there are: "
            f"{', '.join(bundled)}); give one of these names or the path of a file."
        )
    raise InputError(f"{str(name)[:500]!r}: no such file or folder; check the path.")


def read_flux_model(name):
    """A network from a bundled name or a path, whatever its format."""
    path = find_folder("models", "network.json", name)
    folder = path if path.is_dir() else path.parent
    return read_plain_network(folder)


def read_measurements(name):
    """Measurements from a bundled name or a path, whatever their format."""
    path = find_folder("measurements", "measurements.json", name)
    folder = path if path.is_dir() else path.parent
    return read_plain_measurements(folder)
