"""The one error that bad input raises."""


class InputError(ValueError):
    """Input that cannot be used; its text is one sentence saying where, what was expected, and what to do."""
