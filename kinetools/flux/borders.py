"""Crossings of the system's border, for formats that leave them out."""


def add_borders(reactions: dict[str, dict], limit: float) -> dict[str, dict]:
    """The same reactions and `EX_<metabolite>` for each dead end: only made, only used, or in one reaction.

    reactions: {id: {"metabolites": {id: coefficient}, "bounds": (lower, upper), …}}. Uptake is negative, as
    in BiGG models; a dead end of a reversible reaction may cross the border in both directions.
    """
    made, used, crossing = set(), set(), set()
    touched: dict[str, int] = {}
    for content in reactions.values():
        lower, upper = content["bounds"]
        for metabolite, coefficient in content["metabolites"].items():
            touched[metabolite] = touched.get(metabolite, 0) + 1
            if len(content["metabolites"]) == 1:
                crossing.add(metabolite)
            for open_, amount in ((upper > 0, coefficient), (lower < 0, -coefficient)):
                if open_ and amount:
                    (made if amount > 0 else used).add(metabolite)
    result = dict(reactions)
    for metabolite, reactions_touching in touched.items():
        dead_end = reactions_touching == 1 or (metabolite in made) != (metabolite in used)
        if dead_end and metabolite not in crossing:
            name = f"EX_{metabolite}"
            while name in result:
                name += "_"
            result[name] = {
                "metabolites": {metabolite: -1.0},
                "bounds": (
                    -limit if metabolite in used else 0.0,
                    limit if metabolite in made else 0.0,
                ),
                "name": f"Exchange of {metabolite}",
                "where": f"exchange of {metabolite}",
            }
    return result
