"""FluxMap: the list of reactions, subsystems, what has changed most, and networks of a genome's size."""

import html
import json

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.maps import map_reactions
from tests.kinetools.flux.made_posteriors import made_posterior
from tests.widgets.flux_maps import flux_map, texts
from widgets import FluxMap
from widgets.flux_map_list import list_rows, reaction_facts, subsystem_rows
from widgets.flux_map_words import reaction_html


@pytest.fixture
def widget():
    return flux_map()


def test_a_bad_r_hat_is_marked_in_the_list_and_in_the_words():
    posterior = made_posterior(("A", "B"), n=(4, 500))
    posterior.posterior["net_flux"][0, :, 0] += 5
    widget = FluxMap(posterior, map=False)
    rows = {row[0]: row for row in list_rows(widget)[1]}
    assert "R-hat" in rows["A"][4] and rows["B"][4] == ""
    widget.selection = ["A"]
    assert "⚠" in reaction_html(widget)


def test_reactions_that_the_map_lacks_are_listed_and_can_be_chosen():
    reactions = ["b_d", "NEW_ONE", "a_b"]
    widget = FluxMap(made_posterior(reactions), map="toy")
    assert widget.off_map == ("NEW_ONE",)
    assert "Not on the map, but in the list: NEW_ONE" in widget.view.missing.value
    assert "NEW_ONE" in texts(widget.svg())
    row = next(row for row in list_rows(widget)[1] if row[0] == "NEW_ONE")
    assert row[3] == "not on the map"
    widget.view.list.selection = ["NEW_ONE"]
    assert widget.reaction == "NEW_ONE" and len(widget.interval) == 2
    assert widget.view.map.selection == []
    # It stays while others are added on the map, and goes when another one is clicked.
    widget.selection = ["NEW_ONE", "b_d"]
    widget.view.map.selection = ["b_d", "a_b"]
    assert widget.selection == ["NEW_ONE", "b_d", "a_b"]
    widget.view.map.selection = ["d_f"]
    assert widget.selection == []  # d_f is on the map, but not in the posterior


def test_networks_with_other_reactions_are_compared_and_what_one_lacks_is_listed():
    core = made_posterior(("b_d", "a_b", "core_only"), seed=1)
    genome = made_posterior(("a_b", "genome_only", "b_d"), seed=2)
    widget = FluxMap(core, map="toy", other=genome, names=("core", "genome"))
    assert widget.data.reactions == ("b_d", "a_b", "core_only", "genome_only")
    for show in widget.data.shows:
        widget.show = show
        for reaction in widget.data.reactions:
            widget.selection = [reaction, "a_b"]
            json.dumps([widget.view.detail.figure, widget.view.pairs.figure], allow_nan=False)
        rows = {row[0]: row for row in list_rows(widget)[1]}
        assert set(rows) == set(widget.data.reactions)
    assert "only in core" in rows["core_only"][3]
    assert "Not in genome: core_only." in widget.view.missing.value
    widget.selection = ["genome_only"]
    assert widget.interval == []


def test_a_thousand_reactions_need_no_map():
    posterior = made_posterior([f"R{k}" for k in range(1000)], n=(2, 50))
    widget = FluxMap(posterior, map=False)
    assert len(widget.view.list.rows) == 1000
    assert "960 more are in the table" in texts(widget.svg())


def test_the_list_is_as_high_as_the_map_until_a_reaction_is_chosen(widget):
    alone = widget.view.list.height
    widget.selection = ["b_d"]
    assert widget.view.list.height < alone
    widget.selection = []
    assert widget.view.list.height == alone


@pytest.fixture(scope="module")
def genome():
    return kt.load_flux_model("ecoli_genome")


@pytest.fixture(scope="module")
def strains(genome):
    """Two posteriors of the genome-scale network that differ in PYK by 20 and in CS by 4."""
    means = np.where(np.array([r == "NAt3pp" for r in genome.reactions]), 58.0, 3.0)
    other = means.copy()
    for reaction, change in (("PYK", 20), ("CS", -4), ("MDH", 0.5)):
        other[genome.index(reaction)] += change
    one, two = (
        made_posterior(genome.reactions, seed=k, means=m, n=(2, 150))
        for k, m in enumerate((means, other))
    )
    return one, two


@pytest.fixture
def large(genome, strains):
    return FluxMap(strains[0], genome, other=strains[1], names=("wild type", "pyk"))


def test_a_genome_scale_posterior_is_shown_on_the_map_of_central_metabolism(large, genome):
    assert large.map[0]["map_id"] == "ecoli_genome"
    assert set(large.on_map) == set(map_reactions(large.map)) < set(genome.reactions)
    assert len(large.view.list.rows) == 695
    assert "The map shows 80 of 695 reactions, the list all." in large.view.missing.value
    # Sodium runs in a circle at 58, off the map, and must not make the rest pale.
    assert large.view.map.reaction_scale.maximum < 30


def test_reactions_are_found_by_name_gene_and_subsystem(large):
    name, genes, subsystem = large.view.list.facts["PYK"]
    assert name == "Pyruvate kinase" and "b1676" in genes.split()
    assert subsystem == "Glycolysis/Gluconeogenesis"
    large.selection = ["PYK"]
    assert "b1676" in reaction_html(large) and subsystem in reaction_html(large)


def test_a_subsystem_that_is_clicked_is_what_the_list_has(large):
    columns, hints, rows = subsystem_rows(large)
    assert columns[0] == "subsystem" and len(hints) == len(columns)
    table = kt.summarise_subsystems(large.data.subsystems, large.data.draws["wild type"])
    assert [row[0] for row in rows] == list(table.index)
    large.view.bar.table.selection = ["Citric Acid Cycle"]
    assert large.subsystem == "Citric Acid Cycle"
    assert len(large.listed) == 10 and large.view.list.only == list(large.listed.index)
    assert large.view.list.note == "Citric Acid Cycle"
    large.view.list._handle_custom_msg({"clear": True}, [])
    assert large.subsystem == "" and large.view.list.only is None
    large.subsystem = "Citric Acid Cycle"
    large.view.bar.subsystems.value = False  # closing the table takes the choice away
    assert large.subsystem == "" and large.view.bar.table.layout.display == "none"


def test_what_changed_most_comes_first_in_one_click(large):
    large.view.bar.changed.value = True
    assert large.show == "difference" and large.view.list.only[:2] == ["PYK", "CS"]
    table = kt.most_changed(large.data.pair.table())
    assert list(large.listed.index) == list(table.index)
    assert (table["probability"] >= 0.95).all()
    assert large.view.list.sort == {"column": 1, "down": True}
    assert "probability ≥ 0.95" in large.view.list.note
    large.view.bar.probability.value = 0.5
    assert len(large.view.list.only) > 3 and large.probability == 0.5
    large.view.bar.probability.value = 0.95
    large.threshold = 10
    assert large.view.list.only == ["PYK"] and "by more than 10" in large.view.list.note
    large.subsystem = "Citric Acid Cycle"
    assert large.view.list.only == []
    first = subsystem_rows(large)[2][0]
    assert first[0] == "Glycolysis/Gluconeogenesis" and first[1][:2] == ["15", "1"]
    large.show = "pyk"
    assert not large.most_changed and large.view.bar.changed.value is False


def test_of_one_posterior_nothing_has_changed():
    widget = FluxMap(made_posterior(("A", "B")), map=False)
    with pytest.raises(InputError, match="there is one posterior"):
        widget.most_changed = True
    assert widget.view.bar.changed.layout.display == "none"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subsystem": "Citric Acid Cycl"}, "did you mean 'Citric Acid Cycle'"),
        ({"probability": 95.0}, "between 0 and 1"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(change, message, large):
    (name, value), before = *change.items(), getattr(large, next(iter(change)))
    with pytest.raises(InputError, match=message):
        setattr(large, name, value)
    assert getattr(large, name) == before


def test_a_network_without_subsystems_has_no_table_of_them(widget):
    assert widget.subsystems().empty
    assert widget.view.bar.table not in widget.view.bar.widget.children


def test_a_network_without_a_map_of_its_own_gets_the_one_with_most_of_its_reactions():
    drawn = map_reactions(FluxMap(made_posterior(("a_b",)), map="ecoli_genome").map)
    widget = FluxMap(made_posterior([*drawn[:50], "ELSE"]))
    assert widget.map[0]["map_id"] == "ecoli_genome" and "62\u202f%" in widget.problem
    assert html.escape(widget.problem) in widget.view.missing.value


def test_facts_are_sent_once_and_rows_hold_what_changes(large):
    facts = reaction_facts(large.data)
    assert set(facts) == {row[0] for row in list_rows(large)[1]}
    assert len(json.dumps(large.view.list.rows)) < 100_000
