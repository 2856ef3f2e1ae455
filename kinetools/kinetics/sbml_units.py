"""The units of SBML files: µmol, litre, hour, and what follows from them."""

CONCENTRATION = "umol_per_litre"


def define_units(sbml) -> None:
    """Set the units of a model: substances in µmol, volumes in litres, time in hours."""
    import libsbml

    _define(sbml, "umol", (libsbml.UNIT_KIND_MOLE, 1, -6, 1))
    _define(sbml, "hour", (libsbml.UNIT_KIND_SECOND, 1, 0, 3600))
    sbml.setSubstanceUnits("umol")
    sbml.setExtentUnits("umol")
    sbml.setTimeUnits("hour")
    sbml.setVolumeUnits("litre")


def power_unit(sbml, exponent: float, per_hour: bool = False) -> str:
    """Id of the unit (µmol/L)^exponent, or (µmol/L)^exponent per hour; defined where it is new."""
    import libsbml

    if exponent == 0 and not per_hour:
        return "dimensionless"
    name = CONCENTRATION
    if exponent != 1:
        power = f"{exponent:g}" if float(f"{exponent:g}") == exponent else repr(float(exponent))
        power = power.replace("-", "minus_").replace("+", "").replace(".", "_point_")
        name = f"{CONCENTRATION}_to_the_{power}" if exponent else ""
    name += "_per_hour" if per_hour else ""
    name = name.removeprefix("_")
    if sbml.getUnitDefinition(name) is None:
        units = []
        if exponent:
            units.append((libsbml.UNIT_KIND_MOLE, exponent, -6, 1))
            units.append((libsbml.UNIT_KIND_LITRE, -exponent, 0, 1))
        if per_hour:
            units.append((libsbml.UNIT_KIND_SECOND, -1, 0, 3600))
        _define(sbml, name, *units)
    return name


def _define(sbml, identifier, *units):
    definition = sbml.createUnitDefinition()
    definition.setId(identifier)
    for kind, exponent, scale, multiplier in units:
        unit = definition.createUnit()
        unit.setKind(kind)
        unit.setExponent(float(exponent))
        unit.setScale(scale)
        unit.setMultiplier(float(multiplier))
