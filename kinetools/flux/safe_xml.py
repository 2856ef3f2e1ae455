"""XML that somebody sent, as a small tree: no document type, no entities, bounded depth."""

from dataclasses import dataclass, field
from xml.parsers import expat

from ..data import one_line
from ..errors import InputError

DEEPEST = 200  # nested elements; FluxML needs about 10, SBML about 20


@dataclass
class Element:
    """An element without its namespace: tag, attributes, children, text, and the line it starts in."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, *tags: str) -> list["Element"]:
        """Elements reached by these tags, one generation each."""
        found = [self]
        for tag in tags:
            found = [child for element in found for child in element.children if child.tag == tag]
        return found

    def first(self, *tags: str) -> "Element | None":
        """The first element reached by these tags, or None."""
        return next(iter(self.all(*tags)), None)


class _Refused(Exception):
    """What is wrong with an XML file."""


def parse_xml(text: str, where: str, build: bool = True) -> Element:
    """The root element of an XML text; without `build`, only its tag and attributes, after all checks.

    Raises InputError unless it is well-formed, without a document type declaration (whose entities could
    grow without bound) and not nested too deep.
    """
    top = Element("", {}, 0)
    stack = [top]
    parser = expat.ParserCreate("utf-8")

    def start(name, attributes):
        if len(stack) > DEEPEST:
            raise _Refused(f"has more than {DEEPEST} nested elements; choose another file")
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(":")[2], plain, parser.CurrentLineNumber)
        if build or len(stack) == 1:
            stack[-1].children.append(element)
        stack.append(element)

    def end(name):
        stack.pop()

    def characters(data):
        if build:
            stack[-1].text += data

    def declaration(version, encoding, standalone):
        if encoding and encoding.lower().replace("-", "") != "utf8":
            raise _Refused(f"says that its encoding is {encoding[:30]!r}; save it as UTF-8")

    def doctype(*_):
        raise _Refused("has a document type declaration, which can hide anything; remove it")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = declaration, doctype
    try:
        parser.Parse(text.lstrip(), True)
    except _Refused as error:
        raise InputError(f"{where}: {error}.") from None
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise InputError(
            f"{where}: is not well-formed XML ({one_line(error)}); copy or export it again."
        ) from None
    return top.children[0]
