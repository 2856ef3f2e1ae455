"""Options of compiled functions, chosen so that rounding never depends on which code was compiled when.

A compiled function has copies in the code of all functions that call it, each optimised in its place. Which
copy a call that is not inlined reaches depends on what was compiled or loaded from numba's cache first, and
copies that may reorder sums round differently. So whatever compiled code calls is inlined, always.
"""

ENTRY = {"cache": True, "nogil": True}  # called from Python alone
INNER = ENTRY | {"forceinline": True}  # called from compiled code, and maybe from Python, too
ANY_ORDER = {"reassoc", "contract", "nsz"}  # `fastmath` that lets sums and products be reordered
