"""The small JSON file beside the tables of a network or of measurements."""

from ..errors import InputError
from .equations import check_id

COMMON = {"format", "version", "id", "name", "source"}


def read_head(content: dict, where, further: set[str]) -> tuple[str, str, tuple[str, ...]]:
    """id, name and source; InputError for entries that are missing, unknown or not text."""
    unknown = content.keys() - COMMON - further
    if unknown:
        raise InputError(
            f"{where}: unknown entry {min(unknown)[:50]!r}; known are "
            f"{', '.join(sorted(COMMON | further))}."
        )
    identifier = check_id(content.get("id"), "network or of measurements", f'{where}: "id"')
    name = content.get("name", identifier)
    source = content.get("source", [])
    source = [source] if isinstance(source, str) else source
    texts = [name, *source] if isinstance(source, list) else [None]
    if not all(isinstance(t, str) and t.isprintable() for t in texts):
        raise InputError(
            f'{where}: "name" must be a printable text and "source" a list of such texts; correct them.'
        )
    return identifier, name, tuple(source)
