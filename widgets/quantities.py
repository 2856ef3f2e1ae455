"""Quantities of parameter sets, and rules about them, in words."""

from kinetools.kinetics.rules import LabelRule

from .axes import number

UNITS = {"umol/L": "µmol/L", "umol/L/h": "µmol/L/h"}


def quantities(sets) -> list[str]:
    """Names of everything that can be an axis or stand in a condition."""
    own = [
        str(name)
        for name, variable in sets.data_vars.items()
        if variable.dims == ("set",) and variable.dtype.kind in "fiu"
    ]
    vmax = [f"vmax_{reaction}" for reaction in sets["reaction"].values] if "vmax" in sets else []
    return [*own, *map(str, sets["parameter"].values), *vmax]


def rule_text(rule: LabelRule) -> str:
    """A rule in one line."""
    signs = {"<=": "≤", ">=": "≥"}
    rows = [
        f"{c.quantity} {signs.get(c.comparison, c.comparison)} {number(c.value, 6)}"
        for c in rule.conditions
    ]
    if rule.function is not None:
        rows.append(f"{getattr(rule.function, '__name__', 'function')}(sets)")
    return " and ".join(["stable", *rows])


def describe(sets, name: str) -> str:
    """A quantity in words, with its unit."""
    if name in sets.data_vars:
        words = {"eigenvalue_max": "Re λ_max", "eigenvalue_min": "Re λ_min"}.get(name)
        words = words or sets[name].attrs.get("long_name", name)
        unit = sets[name].attrs.get("units", "1")
    elif name.startswith("vmax_"):
        words, unit = f"Vmax of {name[5:]}", sets["vmax"].attrs.get("units", "1")
    else:
        one = sets["parameter_metabolite"].sel(parameter=name)
        words = f"{name}, Km for {one.item()}"
        unit = sets["km"].attrs.get("units", "1")
    return f"{words} ({UNITS.get(unit, unit)})" if unit != "1" else words
