"""How many letters must be changed to turn one id into another."""

import numpy as np


def edit_distances(word: str, others) -> np.ndarray:
    """Edit distances (other,) of a word to many others: letters to insert, remove or replace.

    All others at once, one row of the usual table after the other. Source: Levenshtein 1966, Soviet
    Physics Doklady 10:707.
    """
    others = list(others)
    lengths = np.array([len(o) for o in others], int)
    letters = np.zeros((len(others), max(lengths, default=0)), np.int64)
    for i, other in enumerate(others):
        letters[i, : len(other)] = [ord(c) for c in other]
    row = np.tile(np.arange(letters.shape[1] + 1), (len(others), 1))
    columns = np.arange(letters.shape[1] + 1)
    for n, letter in enumerate(word, 1):
        changed = np.minimum(row[:, :-1] + (letters != ord(letter)), row[:, 1:] + 1)
        changed = np.column_stack([np.full(len(others), n), changed])
        # insertions run along the row: min over k <= j of changed[k] + (j - k)
        row = np.minimum.accumulate(changed - columns, axis=1) + columns
    return row[np.arange(len(others)), lengths]


def nearest(word: str, others, count: int = 3) -> list[tuple[str, int]]:
    """The `count` others that are nearest to a word, with their distances; upper and lower case count half.

    Ids of the same length come first among equals.
    """
    others = list(others)
    exact = edit_distances(word, others)
    folded = edit_distances(word.lower(), [o.lower() for o in others])
    order = sorted(
        range(len(others)),
        key=lambda i: (exact[i] + folded[i], abs(len(others[i]) - len(word)), others[i]),
    )
    return [(others[i], int(exact[i])) for i in order[:count]]
