"""Opening SBML files that somebody sent: nothing in them may harm, whatever libsbml would do with it."""

from pathlib import Path
from xml.parsers import expat

from ..data import find, one_line
from ..errors import InputError

LARGEST = 50_000_000  # bytes; a model of a thousand reactions takes about 6 MB
DEEPEST = 1000  # nested elements; libsbml crashes on some ten thousand


class _Refused(Exception):
    """What is wrong with an XML file."""


def read_document(source):
    """The `libsbml.SBMLDocument` of a path or of SBML text, and what to call it in messages.

    Raises InputError unless it is well-formed SBML level 3 of bearable size and depth, without a document
    type declaration (libsbml expands its entities, and SBML has no use for one).
    """
    import libsbml

    text, where = _text(source)
    try:
        _scan(text)
    except _Refused as error:
        raise InputError(f"{where}: {error}.") from None
    except expat.ExpatError as error:
        raise InputError(
            f"{where}: is not well-formed XML ({one_line(error)}); copy or export it again."
        ) from None
    document = libsbml.readSBMLFromString(text)
    if document.getLevel() != 3:
        raise InputError(
            f"{where}: is SBML level {document.getLevel()} version {document.getVersion()}, but only "
            "level 3 version 2, as kt.to_sbml writes it, can be read."
        )
    for i in range(document.getNumErrors()):
        error = document.getError(i)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise InputError(
                f"{where}, line {error.getLine()}: is not valid SBML "
                f"({_shortened(error.getMessage())}); copy or export it again."
            )
    if document.getModel() is None:
        raise InputError(f"{where}: is SBML without a model; choose another file.")
    return document, where


def _shortened(message) -> str:
    """The first sentence of what libsbml says, which can be a page."""
    return one_line(message).partition(". ")[0][:200].rstrip(".")


def _text(source):
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("<"):
        where, data = "SBML text", source.encode("utf-8", "surrogatepass")
    elif isinstance(source, str) and "\n" in source:
        raise InputError(f"text that starts with {source[:30]!r} is not XML, and so not SBML.")
    elif isinstance(source, (str, Path)):
        path = find("models", Path(source))
        where = str(path)
        try:
            with open(path, "rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise InputError(
                f"{path}: cannot be read ({one_line(error)}); check the file."
            ) from error
    else:
        raise InputError(
            f"expected the path of an SBML file or its text, found {type(source).__name__}."
        )
    if len(data) > LARGEST:
        raise InputError(
            f"{where}: is larger than {LARGEST / 1e6:.0f} MB, more than a kinetic model of kinetools "
            "takes; choose another file."
        )
    try:
        return data.decode("utf-8").lstrip("\ufeff \t\r\n"), where
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: is not UTF-8 text, which SBML must be ({one_line(error)}); choose another file."
        ) from None


def _scan(text):
    """Go through the XML without building anything of it."""
    depth = 0

    def start(name, attributes):
        nonlocal depth
        if depth == 0 and name.rpartition(":")[2] != "sbml":
            raise _Refused(f"is not SBML, its first element is {name[:50]!r}; choose another file")
        depth += 1
        if depth > DEEPEST:
            raise _Refused(f"has more than {DEEPEST} nested elements; choose another file")

    def end(name):
        nonlocal depth
        depth -= 1

    def declaration(version, encoding, standalone):
        if encoding and encoding.lower() != "utf-8":
            raise _Refused(f"says that its encoding is {encoding!r}, but SBML must be UTF-8")

    def doctype(*_):
        raise _Refused(
            "has a document type declaration, which SBML does not need and which can hide anything; "
            "remove it"
        )

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = declaration, doctype
    parser.Parse(text, True)
