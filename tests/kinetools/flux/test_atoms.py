"""Where atoms go, and what is wrong with transitions that cannot be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinetools.errors import InputError
from kinetools.flux.atoms import ALPHABET, AtomTransition


def test_each_character_is_an_atom_and_each_group_a_molecule():
    transition = AtomTransition.parse("bc_de", "B + C --> E + D + E", "abc + de : a + bcd + e")
    assert transition.reactants == (("B", ("a", "b", "c")), ("C", ("d", "e")))
    assert transition.products == (("E", ("a",)), ("D", ("b", "c", "d")), ("E", ("e",)))
    assert transition.atom_map[1, 2] == (1, 0)  # the third atom of D is the first of C


def test_a_coefficient_of_two_stands_for_two_molecules():
    written = AtomTransition.parse("r", "2 pyr --> acl + co2", "abc + def : abefc + d")
    assert [m for m, _ in written.reactants] == ["pyr", "pyr"]


@pytest.mark.parametrize(
    ("equation", "letters", "message"),
    [
        ("A --> B", "abc : ab", "atoms do not balance, 3 on the left and 2 on the right (c lost)"),
        ("A --> B", "ab : abc", "c from nowhere"),
        ("A --> B", "aab : abc", "atom 'a' stands twice among the reactants"),
        ("A --> B + C", "abc : abc", "2 products in 'A --> B + C' but 1 group(s)"),
        ("A --> B", "abc", "not of the form"),
        ("A --> B", "abc : : abc", "not of the form"),
        ("A B", "abc : abc", "has 0 arrows"),
        ("0.5 A --> B", "abc : abc", "not a whole number of molecules"),
        ("A + --> B", "abc : abc", "is not a metabolite"),
        ("-1 A --> B", "abc : abc", "is not a metabolite"),
        ("A -->", "abc : abc", "0 products"),
    ],
)
def test_wrong_transitions_are_refused_with_place_and_reason(equation, letters, message):
    with pytest.raises(InputError, match=re.escape(message)) as error:
        AtomTransition.parse("r1", equation, letters, "file, row 7 (r1)")
    assert str(error.value).startswith("file, row 7 (r1): ")


def test_letters_may_be_any_printable_characters():
    transition = AtomTransition.parse("r", "A --> B", "αβ1 : 1βα")
    assert transition.letters() == "αβ1 : 1βα"


def test_atoms_with_long_names_are_written_as_letters():
    transition = AtomTransition("r", (("A", ("C1", "C2")),), (("B", ("C2", "C1")),))
    assert transition.letters() == "ab : ba"
    assert transition.equation() == "A --> B"


@given(st.data(), st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_what_is_written_is_read_again(data, sizes):
    atoms = ALPHABET[: sum(sizes)]
    groups, start = [], 0
    for n in sizes:
        groups.append(tuple(atoms[start : start + n]))
        start += n
    shuffled = data.draw(st.permutations(atoms))
    reactants = tuple((f"m{i}", group) for i, group in enumerate(groups))
    transition = AtomTransition("r", reactants, (("p", tuple(shuffled)),))
    again = AtomTransition.parse("r", transition.equation(), transition.letters())
    assert again == transition


def test_several_molecules_that_go_the_same_way_are_repeated():
    once = AtomTransition.parse("PPPGO3", "fum --> succ", "abcd : abcd")
    thrice = once.repeated(3)
    assert [m for m, _ in thrice.reactants] == ["fum"] * 3
    assert thrice.atom_map[2, 1] == (2, 1)
