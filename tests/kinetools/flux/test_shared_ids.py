"""Posteriors of the core network under the ids of the genome-scale one."""

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.shared_ids import read_ids
from tests.kinetools.flux.made_posteriors import made_posterior

TABLE = "toya_core_to_ecoli_genome"


@pytest.fixture(scope="module")
def core():
    return kt.load_flux_model("toya_core")


@pytest.fixture(scope="module")
def genome():
    return kt.load_flux_model("ecoli_genome")


def test_the_table_has_reactions_of_the_core_network_and_ids_of_the_genome(core, genome):
    ids = read_ids(TABLE)
    assert set(ids) <= set(core.reactions)
    called = [name for name, _ in ids.values()]
    assert set(called) <= set(genome.reactions) and len(set(called)) == len(called) == 42
    # Whatever is called the same in both is in the table.
    assert set(core.reactions) & set(genome.reactions) == {r for r, (n, _) in ids.items() if r == n}


def test_both_networks_write_a_reaction_the_same_way_round(core, genome):
    for reaction, (name, factor) in read_ids(TABLE).items():
        one = _sides(core.cobra_model.reactions.get_by_id(reaction))
        other = _sides(genome.cobra_model.reactions.get_by_id(name))
        shared = set(one) & set(other)
        assert shared, (reaction, one, other)
        assert all(one[m] * factor == other[m] for m in shared), (reaction, one, other)


def _sides(reaction):
    """{metabolite: side} in ids that both networks share, wherever in the cell it is."""
    return {
        m.id.replace("__", "_").replace("xu5p_D", "xu5pD").rpartition("_")[0]: np.sign(c)
        for m, c in reaction.metabolites.items()
    }


def test_fluxes_are_renamed_and_turned_round():
    posterior = made_posterior(("GLCpts", "TK3", "PGI"), verdict="Converged.", converged=True)
    renamed = kt.rename_fluxes(posterior)
    old, new = posterior.posterior, renamed.posterior
    assert list(new["reaction"].values) == ["GLCptspp", "TKT1", "PGI"]
    np.testing.assert_array_equal(new["net_flux"].values[..., 1], -old["net_flux"].values[..., 1])
    np.testing.assert_array_equal(new["exchange_flux"], old["exchange_flux"].values)
    np.testing.assert_array_equal(
        renamed.prior["net_flux"].values[..., 1], -posterior.prior["net_flux"].values[..., 1]
    )
    assert new.attrs["verdict"] == "Converged."
    assert kt.compare_posteriors(renamed, renamed).attrs["missing"] == {"first": [], "second": []}


def test_a_table_of_the_users_own_does_the_same(tmp_path):
    path = tmp_path / "ids.csv"
    path.write_text("reaction,called,factor\nUP,DOWN,-1\nBRANCH,,\n")
    renamed = kt.rename_fluxes(made_posterior(), path)
    assert list(renamed.posterior["reaction"].values) == ["DOWN", "BRANCH"]
    assert float(renamed.posterior["net_flux"].mean("chain").mean("draw")[0]) < 0


def test_a_reaction_in_two_rows_is_refused(tmp_path):
    (tmp_path / "ids.csv").write_text("reaction,called\nUP,DOWN\nUP,\n")
    with pytest.raises(InputError, match="row 3: UP stands there twice"):
        kt.rename_fluxes(made_posterior(), tmp_path / "ids.csv")


@pytest.mark.parametrize("called", ["", None, ("", 1)])
def test_what_is_called_nothing_keeps_its_id(called):
    renamed = kt.rename_fluxes(made_posterior(), {"UP": called, "BRANCH": "X"})
    assert list(renamed.posterior["reaction"].values) == ["UP", "X"]


def test_a_dataset_is_a_posterior_too():
    posterior = made_posterior().posterior
    renamed = kt.rename_fluxes(posterior, {"UP": ("DOWN", -1)}).posterior
    np.testing.assert_array_equal(
        renamed["net_flux"].values[..., 0], -posterior["net_flux"].values[..., 0]
    )


@pytest.mark.parametrize("nothing", ["", None, np.nan, pd.NA])
def test_an_empty_cell_keeps_the_id(nothing):
    renamed = kt.rename_fluxes(made_posterior(), {"UP": nothing, "BRANCH": "X"}).posterior
    assert renamed["reaction"].values.tolist() == ["UP", "X"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ("nowhere", "no bundled file 'nowhere' in data/flux/ids .there are: toya_core_to_ecoli"),
        ("a" * 400, "no bundled file"),
        ("tests", "no bundled file 'tests'"),
        (5, "expected the name or path of a table, .* found a int"),
        (pd.DataFrame({"UP": ["X"]}), "expected the name or path of a table, .* found a DataFrame"),
        ({"UP": 5}, "UP is called '5'"),
        ({"UP": ("X",)}, "UP is called .*give an id, or .id, factor"),
        ({"UP": ("X", 1, 2)}, "UP is called .*give an id, or .id, factor"),
        ({"UP": ("X", "-1")}, "the factor of UP: expected a finite number"),
        ({"UP": ("X", 1j)}, "the factor of UP: expected a finite number"),
        ({1: "X", "1": "Y"}, "ids: two are called '1'"),
        ({"UP": "X", "BRANHC": "Y"}, "no reaction 'BRANHC'; did you mean 'BRANCH'"),
        (TABLE, "the posterior has no reaction"),
        ({"UP": "BRANCH"}, "UP and BRANCH would both be called BRANCH"),
        ({"UP": ("X", 0)}, "the factor of UP is 0"),
    ],
)
def test_a_table_at_fault_is_refused_in_one_sentence(ids, message):
    with pytest.raises(InputError, match=message):
        kt.rename_fluxes(made_posterior(), ids)
