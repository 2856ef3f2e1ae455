"""How property tests run here: the same examples every time, however slow the machine."""

from hypothesis import settings

settings.register_profile("kinetools", deadline=None, derandomize=True, database=None)
settings.load_profile("kinetools")
