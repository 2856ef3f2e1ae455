"""The one error that bad input raises."""


class InputError(ValueError):
    """Input that cannot be used; one sentence says where, what was expected, and what to do."""
