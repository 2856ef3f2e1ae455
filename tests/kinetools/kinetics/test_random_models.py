"""Random small networks with any rate laws and modifiers, against the plain reference."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import kinetools as kt
from kinetools.kinetics.mechanisms import mechanisms
from kinetools.kinetics.model import kinetic_model_from_dict
from kinetools.kinetics.steady_state import SteadyState
from tests.kinetools.reference_rates import ReferenceModel, stoichiometry

DYNAMIC = ["a", "b", "c", "d", "h"]
BOUNDARY = ["x", "y"]
IRREVERSIBLE = "irreversible_michaelis_menten"


def side(draw, fixed, least, unit):
    count = draw(st.integers(least, 3)) if fixed is None else fixed
    metabolites = draw(
        st.lists(st.sampled_from(DYNAMIC + BOUNDARY), min_size=count, max_size=count, unique=True)
    )
    coefficient = st.just(1) if unit else st.integers(1, 3)
    return [[m, draw(coefficient)] for m in metabolites]


@st.composite
def kinetic_systems(draw):
    """(model content, state content) of a small balanced system."""
    reactions, fluxes, delta_g = [], {}, {}
    for i in range(draw(st.integers(1, 4))):
        law = mechanisms()[draw(st.sampled_from(sorted(mechanisms())))]
        unit = law.unit_stoichiometry
        modifiers = [
            {
                "kind": draw(st.sampled_from(["displacement", "first_order"])),
                "metabolite": draw(st.sampled_from(["h", "y"])),
                "stoichiometry": draw(st.sampled_from([-2, -1, 1, 2, 0.5])),
            }
            for _ in range(draw(st.integers(0, 2)))
        ]
        reaction = {
            "id": f"R{i}",
            "mechanism": law.name,
            "substrates": side(draw, law.n_substrates, 1, unit),
            "products": side(draw, law.n_products, 0, unit),
            "modifiers": modifiers,
        }
        reactions.append(reaction)
        flux = draw(st.floats(0.1, 10))
        if law.reversible:
            flux *= draw(st.sampled_from([-1, 1]))
            delta_g[f"R{i}"] = -np.sign(flux) * 10 ** draw(st.floats(-3, 1))
        fluxes[f"R{i}"] = flux
    # A pair of cofactors that is only passed back and forth: a conserved moiety.
    if draw(st.booleans()):
        for k, (left, right) in enumerate((("nad", "nadh"), ("nadh", "nad"))):
            reactions.append(
                {
                    "id": f"C{k}",
                    "mechanism": "generalized_reversible_hill",
                    "substrates": [[left, 1], ["x", 1]],
                    "products": [[right, 1]],
                    "modifiers": [],
                }
            )
            fluxes[f"C{k}"], delta_g[f"C{k}"] = 2.0, -0.5
    metabolites = DYNAMIC + (["nad", "nadh"] if "C0" in fluxes else [])
    # Whatever is left over is brought and taken by irreversible reactions.
    for metabolite in DYNAMIC:
        net = sum(fluxes[r["id"]] * stoichiometry(r).get(metabolite, 0) for r in reactions)
        turned = draw(st.floats(0.5, 5)) + abs(net)
        for word, flux in (("in", turned), ("out", turned + net)):
            ends = ("x", metabolite) if word == "in" else (metabolite, "x")
            fluxes[f"{word}_{metabolite}"] = flux
            reactions.append(
                {
                    "id": f"{word}_{metabolite}",
                    "mechanism": IRREVERSIBLE,
                    "substrates": [[ends[0], 1]],
                    "products": [[ends[1], 1]],
                    "modifiers": [],
                }
            )
    model = {
        "id": "random",
        "cell": {"dry_weight_fraction": 0.3, "density_g_per_l": 1000.0},
        "metabolites": [
            {"id": m, "compartment": "c", "boundary": m in BOUNDARY} for m in metabolites + BOUNDARY
        ],
        "reactions": reactions,
    }
    levels = {m: 10 ** draw(st.floats(-2, 3)) for m in metabolites + BOUNDARY}
    state = {
        "temperature_K": 298.15,
        "concentrations": levels,
        "fluxes": fluxes,
        "delta_g": delta_g,
    }
    return model, state


@settings(max_examples=150)
@given(kinetic_systems(), st.integers(0, 1000))
def test_any_network_has_the_vmax_rates_and_spectrum_of_the_plain_reference(system, seed):
    content, values = system
    model = kinetic_model_from_dict(content)
    state = SteadyState(
        "random",
        "random",
        "random",
        values["temperature_K"],
        pd.Series(values["concentrations"]),
        pd.Series(values["fluxes"]),
        pd.Series(values["delta_g"], dtype=float),
    )
    reference = ReferenceModel(content, values)
    sets = kt.sample_parameters(model, state, 3, seed=seed, workers=1, progress=False)
    spectra = kt.eigenvalues(model, state, sets, workers=1, progress=False)
    assert len(model.network.moieties.totals) == len(reference.moieties())
    for i in range(3):
        km = dict(zip(model.parameter_names, sets["km"].values[i], strict=True))
        vmax = reference.vmax(km)
        np.testing.assert_allclose(sets["vmax"].values[i], vmax, rtol=1e-9)
        expected = reference.spectrum(km)
        assert len(expected) == spectra.shape[1]
        # Rounding, of the fastest eigenvalue and where eigenvalues nearly coincide.
        size = np.abs(expected).max()
        distance = np.abs(spectra[i][:, None] - expected[None, :])
        rows, columns = linear_sum_assignment(distance)
        assert distance[rows, columns].max() <= 1e-10 * max(1.0, size)
        levels = {m: c * 1.5 for m, c in state.concentrations.items()}
        rates = kt.reaction_rates(model, state, sets.isel(set=[i]), levels).values[0]
        plain = reference.rates(km, vmax, levels) / reference.flux_to_rate
        np.testing.assert_allclose(rates, plain, rtol=1e-8, atol=1e-10 * np.abs(plain).max())
