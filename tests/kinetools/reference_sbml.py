"""SBML simulated the plain way, to compare exported models with: nothing of kinetools is used.

Numbers may be complex, so that derivatives come from complex steps.
"""

import libsbml
import numpy as np

OPERATORS = {
    libsbml.AST_PLUS: "+",
    libsbml.AST_TIMES: "*",
    libsbml.AST_MINUS: "-",
    libsbml.AST_DIVIDE: "/",
    libsbml.AST_POWER: "**",
    libsbml.AST_FUNCTION_POWER: "**",
}


def python_text(node) -> str:
    """A formula's tree as Python."""
    if node.isName():
        return node.getName()
    if node.isNumber():
        return repr(node.getValue())
    parts = [python_text(node.getChild(i)) for i in range(node.getNumChildren())]
    operator = OPERATORS[node.getType()]
    return f"(-{parts[0]})" if len(parts) == 1 and operator == "-" else f"({operator.join(parts)})"


class SbmlModel:
    """The differential equations that an SBML text states."""

    def __init__(self, text: str):
        document = libsbml.readSBMLFromString(text)
        model = document.getModel()
        self.document = document
        self.sizes = {c.getId(): c.getSize() for c in model.getListOfCompartments()}
        self.parameters = {p.getId(): p.getValue() for p in model.getListOfParameters()}
        self.initial = {s.getId(): s.getInitialConcentration() for s in model.getListOfSpecies()}
        self.species = [s.getId() for s in model.getListOfSpecies() if not s.getBoundaryCondition()]
        volumes = [self.sizes[model.getSpecies(s).getCompartment()] for s in self.species]
        self.reactions = [r.getId() for r in model.getListOfReactions()]
        self.stoichiometry = np.zeros((len(self.species), len(self.reactions)))
        for j, reaction in enumerate(model.getListOfReactions()):
            for sign, side in (
                (-1, reaction.getListOfReactants()),
                (1, reaction.getListOfProducts()),
            ):
                for reference in side:
                    if reference.getSpecies() in self.species:
                        i = self.species.index(reference.getSpecies())
                        self.stoichiometry[i, j] += sign * reference.getStoichiometry()
        self.stoichiometry /= np.array(volumes)[:, None]
        laws = [python_text(r.getKineticLaw().getMath()) for r in model.getListOfReactions()]
        # Formulas of names, numbers and five operators only: see python_text.
        self._code = compile(f"[{','.join(laws)}]", "rate laws", "eval")
        self._constants = self.sizes | self.parameters | self.initial

    def rates(self, concentrations=None) -> np.ndarray:
        """Rates (reaction,) of the species' concentrations (the initial ones by default)."""
        given = {} if concentrations is None else dict(zip(self.species, concentrations))
        return np.array(eval(self._code, {"__builtins__": {}}, self._constants | given))

    def slopes(self, concentrations) -> np.ndarray:
        """d(concentration)/dt (species,)."""
        return self.stoichiometry @ self.rates(concentrations)

    def jacobian(self, concentrations) -> np.ndarray:
        """Derivatives of the slopes by ln concentration (species, species), by complex steps."""
        columns = []
        for j in range(len(self.species)):
            shifted = np.array(concentrations, complex)
            shifted[j] *= 1 + 1e-30j
            columns.append(self.slopes(shifted).imag / 1e-30)
        return np.array(columns).T

    def start(self) -> np.ndarray:
        """Initial concentrations of the species that change."""
        return np.array([self.initial[s] for s in self.species])
