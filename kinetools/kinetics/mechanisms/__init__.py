"""Rate laws, one a file.

To add one, put a subclass of `Mechanism` into a new file in this folder; it is found by its `name`,
and tests/kinetools/kinetics/test_mechanisms.py checks its derivatives without being told of it.
"""

import importlib
import pkgutil

from .base import Mechanism

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def mechanisms() -> dict[str, type[Mechanism]]:
    """All rate laws by the name used in model files."""
    return dict(sorted(Mechanism.registry.items()))


__all__ = ["Mechanism", "mechanisms"]
