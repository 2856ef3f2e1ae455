"""The stoichiometry of a kinetic model as SBML, for COBRApy and other tools; with rates: `to_sbml`.

`python -m kinetools.kinetics.sbml ecoli data/models/ecoli.xml` writes the bundled file.
"""

import html
import sys
from pathlib import Path

from ..store import replacing
from .model import KineticModel, load_kinetic_model


def save_sbml(model: KineticModel, path) -> Path:
    """Write the stoichiometry of a model (no rate laws) as SBML level 3 with its sources as notes."""
    from cobra.io import write_sbml_model

    network = model.to_cobra()
    network.notes = {
        f"source {i + 1}": html.escape(source, quote=False) for i, source in enumerate(model.source)
    }
    with replacing(path) as temporary:
        write_sbml_model(network, str(temporary))
    return Path(path)


if __name__ == "__main__":
    save_sbml(load_kinetic_model(sys.argv[1]), sys.argv[2])
