"""Whatever stands in a file: a network, measurements, or one sentence; never anything else."""

import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinetools.errors import InputError
from kinetools.flux.flux_model import FluxModel, load_flux_model, write_flux_model
from kinetools.flux.measurements import Measurements, load_measurements
from tests.kinetools.flux.flux_files import (
    BAYFLUX,
    FLUXML,
    MEASUREMENTS,
    NETWORK,
    NETWORK_HEAD,
    write,
)

SLOW = settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = r"""0 1 -1 1e999 nan inf 1_0 ٣ , ; : + - = # " ' \ < > & [ ] { } ( ) é --> <==> abc A[1-9999] #010
M9 &a; <!-- <x> </x> <![CDATA[ * !!python/object"""
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*WORDS.split(), "", "\t", "\n", "\r", "\0", "\ufeff", "\u2028", "\xa0", "\ud800"]
    ),
)


@st.composite
def broken(draw, text: str) -> str:
    """A text with up to four places cut, doubled, swapped for another place, or filled with something."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        kind = draw(st.sampled_from(["cut", "double", "fill", "line", "copy"]))
        if kind == "cut":
            text = text[:start] + text[end:]
        elif kind == "double":
            text = text[:end] + text[start:]
        elif kind == "fill":
            text = text[:start] + draw(PIECES) + text[end:]
        elif kind == "line":
            lines = text.split("\n")
            i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            lines[i], lines[j] = lines[j], lines[i]
            text = "\n".join(lines)
        else:
            other = draw(st.integers(0, len(text)))
            text = text[:start] + text[other : other + 10] + text[end:]
    return text


def outcome(load, path):
    """What is loaded, checked to be whole; or the sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = load(path)
        except InputError as error:
            sentence = str(error)
            assert len(sentence.splitlines()) == 1
            assert sentence.isprintable()
            assert 10 < len(sentence) < 2000
            return sentence
    assert isinstance(found, (FluxModel, Measurements))
    assert found.id
    return found


def put(path, text: str):
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


@SLOW
@given(st.one_of(st.text(), st.text(alphabet="<>/= \"'abAC-[]{}:;,\t\n01.#+&!")))
def test_arbitrary_text(tmp_path, text):
    path = put(tmp_path / "file", text)
    outcome(load_flux_model, path)
    outcome(load_measurements, path)


@SLOW
@given(st.binary(max_size=200))
def test_arbitrary_bytes(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    outcome(load_flux_model, path)
    outcome(load_measurements, path)


@SLOW
@given(st.data())
@pytest.mark.parametrize("name", ["network.json", "reactions.csv"])
def test_broken_networks(tmp_path, name, data):
    folder = write(tmp_path, {"network.json": NETWORK_HEAD, "reactions.csv": NETWORK})
    put(folder / name, data.draw(broken({"network.json": NETWORK_HEAD}.get(name, NETWORK))))
    outcome(load_flux_model, folder)


@SLOW
@given(st.data())
@pytest.mark.parametrize("name", list(MEASUREMENTS))
def test_broken_measurements(tmp_path, name, data):
    folder = write(tmp_path, MEASUREMENTS)
    put(folder / name, data.draw(broken(MEASUREMENTS[name])))
    outcome(load_measurements, folder)


@SLOW
@given(st.data())
@pytest.mark.parametrize("name", list(BAYFLUX))
def test_broken_files_of_bayflux(tmp_path, name, data):
    folder = write(tmp_path, BAYFLUX)
    put(folder / name, data.draw(broken(BAYFLUX[name])))
    outcome(load_measurements, folder / "config.yaml")
    outcome(load_flux_model, folder)


@SLOW
@given(st.data())
def test_broken_fluxml(tmp_path, data):
    path = put(tmp_path / "file.fml", data.draw(broken(FLUXML)))
    outcome(load_flux_model, path)
    outcome(load_measurements, path)


@pytest.fixture(scope="module")
def sbml_folder(tmp_path_factory):
    return write_flux_model(load_flux_model("toy"), tmp_path_factory.mktemp("sbml"), "bayflux")


@settings(SLOW, max_examples=40)
@given(st.data())
def test_broken_sbml(sbml_folder, tmp_path, data):
    for file in sbml_folder.iterdir():
        put(tmp_path / file.name, file.read_text(encoding="utf-8"))
    path = tmp_path / "model.xml"
    put(path, data.draw(broken(path.read_text(encoding="utf-8"))))
    outcome(load_flux_model, path)


@pytest.mark.parametrize(
    "text",
    [
        "<fluxml>" * 300_000,
        "<fluxml>" + "<a/>" * 300_000 + "</fluxml>",
        "substrateLabelingDict = {" + "'a': ((1.0, [0]),)," * 50_000,
        "mdvFile: " + "[" * 100_000,
        "mdvFile: x\n"
        + "a: &a [1,1]\n"
        + "".join(f"a{i}: &a{i} [*a{'' if i < 1 else i - 1}, *a]\n" for i in range(200)),
        "reaction,equation\n" + "r,A --> B\n" * 50_000,
        "r\tA + " * 1 + "A + " * 100_000 + "A --> B\tabc : abc\n",
        "r\t999999999 A --> B\tabc : abc\n",
        "r\tA --> B\t" + "a" * 1_000_000 + " : a\n",
        "metabolite\tatoms\t0\nF\t" + "1," * 1_000_000 + "\t1\n",
        "reaction,equation\n" + '"' * 1_000_001,
        "x" * 60_000_000,
    ],
    ids=range(12),
)
@pytest.mark.timeout(60)
def test_large_and_deep_files_end_soon(tmp_path, text):
    path = put(tmp_path / "file", text)
    for load in (load_flux_model, load_measurements):
        assert isinstance(outcome(load, path), str)
