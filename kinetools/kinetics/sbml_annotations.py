"""Annotations of SBML entries: elements in kinetools' own namespace, and links to databases."""

from xml.sax.saxutils import escape, quoteattr

from ..errors import InputError

NAMESPACE = "urn:kinetools:kinetic-model:1"
# libsbml takes an "&amp;" that is part of a name for an escaped "&"; so "&" travels through it as a
# character that no text contains, as it cannot be printed.
AMPERSAND = "\ue000"


def keep(text: str) -> str:
    """A text as libsbml must get it; `restore` is to be called on what it writes."""
    return text.replace("&", AMPERSAND)


def restore(written: str) -> str:
    """What libsbml has written, with the ampersands of all texts."""
    return written.replace(AMPERSAND, "&amp;")


def xml_text(text: str) -> str:
    """A text as the content of an element."""
    return escape(keep(text))


def element(tag: str, attributes: dict, content: str = "") -> str:
    """XML text of an element in kinetools' namespace; floats are written with all their digits."""
    texts = {k: repr(float(v)) if isinstance(v, float) else str(v) for k, v in attributes.items()}
    written = "".join(f" {k}={quoteattr(keep(v))}" for k, v in texts.items())
    return f"<kinetools:{tag}{written}>{content}</kinetools:{tag}>"


def annotate(target, tag: str, attributes: dict, content: str) -> None:
    """Give an SBML entry an element in kinetools' namespace."""
    text = element(tag, {"xmlns:kinetools": NAMESPACE} | attributes, content)
    succeed(target.appendAnnotation(text), f"annotation of {target.getId()}")


def link(target, collection: str, identifier: str | None) -> None:
    """Say in MIRIAM's way that an SBML entry is an entry of a database; None: say nothing."""
    import libsbml

    if identifier is None:
        return
    target.setMetaId(f"meta_{target.getId()}")
    term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
    term.setBiologicalQualifierType(libsbml.BQB_IS)
    term.addResource(f"https://identifiers.org/{collection}/{identifier}")
    succeed(target.addCVTerm(term), f"link of {target.getId()}")


def succeed(code: int, what: str) -> None:
    """Raise InputError where libsbml refuses something; it would only leave it out."""
    if code != 0:
        raise InputError(
            f"the {what} cannot be written as SBML (libsbml's code {code}); check names and sources for "
            "characters that cannot be printed."
        )


def find_annotation(entry, tag: str):
    """The element of an SBML entry that `annotate` made, None if there is none."""
    if entry.isSetAnnotation():
        for child in children(entry.getAnnotation()):
            if child.getURI() == NAMESPACE and child.getName() == tag:
                return child
    return None


def children(node, tag: str | None = None) -> list:
    """The elements in an element, or those with a name."""
    found = [node.getChild(i) for i in range(node.getNumChildren())]
    return [child for child in found if tag is None or child.getName() == tag]


def attribute(node, key: str) -> str:
    """Text of an attribute; empty if there is none."""
    return node.getAttrValue(key)


def number_attribute(node, key: str, where: str) -> float:
    """Number of an attribute, or an InputError that says where."""
    text = attribute(node, key)
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"{where}: {key!r} of kinetools' annotation is {text!r}, not a number; export it again."
        ) from None


def text_of(node) -> str:
    """The text in an element."""
    return "".join(part.getCharacters() for part in children(node))
