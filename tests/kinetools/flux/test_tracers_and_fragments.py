"""Tracers and fragments in themselves, and in a network."""

import re

import pytest

from kinetools.errors import InputError
from kinetools.flux.flux_model import load_flux_model
from kinetools.flux.fragments import Fragment, write_atoms
from kinetools.flux.tracer import Tracer


@pytest.fixture(scope="module")
def toy():
    return load_flux_model("toy")


@pytest.fixture(scope="module")
def core():
    return load_flux_model("toya_core")


def test_a_tracer_can_be_given_as_plain_text():
    tracer = Tracer.of({"glc": [(0.3, "100000"), (0.7, "#000000")]})
    assert tracer.mixtures["glc"] == ((0.3, (1, 0, 0, 0, 0, 0)), (0.7, (0, 0, 0, 0, 0, 0)))
    assert Tracer.of(tracer) is tracer
    assert repr(tracer) == "Tracer(glc: 30 % #100000, 70 % #000000)"


@pytest.mark.parametrize(
    ("mixture", "message"),
    [
        ([(0.3, "100"), (0.6, "000")], "the fractions sum to 0.9; add what is missing"),
        ([(1.5, "100"), (-0.5, "000")], "a fraction is -0.5"),
        ([(1.0, "102")], "is not one 0 or 1 for each carbon"),
        ([(1.0, "")], "is not one 0 or 1 for each carbon"),
        ([(0.5, "100"), (0.5, "00")], "labellings of different lengths"),
        ([], "needs a list"),
        ("100", "needs a list"),
        ([(float("nan"), "1")], "expected a finite number"),
    ],
)
def test_wrong_mixtures_are_refused(mixture, message):
    with pytest.raises(InputError, match=re.escape(message)):
        Tracer({"glc": mixture})


def test_a_tracer_without_substances_is_refused():
    with pytest.raises(InputError, match="at least one labelled metabolite"):
        Tracer({})


def test_a_tracer_takes_the_name_that_the_network_knows(core):
    tracer = Tracer({"glc__D_e": [(1.0, "100000")]}, {"glc__D_e": ("glc_D_e",)})
    assert list(tracer.in_network(core).mixtures) == ["glc_D_e"]


@pytest.mark.parametrize(
    ("tracer", "message"),
    [
        ({"F": [(1.0, "100")]}, "no reaction of network 'toy' takes up atoms of F"),
        ({"A": [(1.0, "10")]}, "has 2 atoms, but A has 3"),
        ({"X": [(1.0, "10")]}, "has no metabolite 'X'"),
    ],
)
def test_tracers_that_do_not_fit_the_network_are_refused(toy, tracer, message):
    with pytest.raises(InputError, match=re.escape(message)):
        Tracer(tracer).in_network(toy)


def test_fragments_are_read_as_people_write_them():
    assert Fragment.parse("F").atoms == ()
    assert Fragment.parse("B[2,3]").atoms == (2, 3)
    assert Fragment.parse("B[1-3,5]").atoms == (1, 2, 3, 5)
    assert write_atoms((1, 2, 3, 5, 6)) == "1-3,5,6"


@pytest.mark.parametrize(
    "text", ["", "B[", "B[]", "B[0]", "B[3-1]", "B[1-99999]", "B[2,2]", "a b", 3]
)
def test_what_is_no_fragment_is_refused(text):
    with pytest.raises(InputError):
        Fragment.parse(text)


def test_a_whole_molecule_gets_its_atoms_from_the_network(toy):
    assert Fragment.parse("F").in_network(toy).atoms == (1, 2, 3)


def test_a_fragment_longer_than_its_molecule_is_refused(toy):
    with pytest.raises(InputError, match="names atom 4, but F has 3 atoms"):
        Fragment.parse("F[2-4]").in_network(toy)


def test_a_fragment_without_tracked_atoms_is_refused(core):
    with pytest.raises(InputError, match="has no metabolite 'atp_c'"):
        Fragment.parse("atp_c").in_network(core)
