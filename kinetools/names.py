"""Ids and names that a user gives, as text and without repeats."""

from collections import Counter
from collections.abc import Mapping

from .errors import InputError


def checked_ids(ids, what: str) -> list[str]:
    """Ids without repeats, of one, of several or of None for none; InputError for anything else."""
    try:
        found = [ids] if isinstance(ids, str) else list(dict.fromkeys(() if ids is None else ids))
    except TypeError:
        found = [ids]
    if not all(isinstance(one, str) for one in found):
        raise InputError(f"{what} must be an id or a list of ids, found {str(ids)[:100]!r}.")
    return found


def by_name(given: Mapping, what: str) -> dict:
    """A mapping with its names as text; InputError for two that are the same then."""
    result = {str(name): value for name, value in given.items()}
    if len(result) < len(given):
        twice = Counter(str(name) for name, _ in given.items()).most_common(1)[0][0]
        raise InputError(f"{what}: two are called {twice!r}; give each a name of its own.")
    return result


def missing(value) -> bool:
    """Is it nothing: None, or what pandas makes of an empty cell?"""
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and value != value)
