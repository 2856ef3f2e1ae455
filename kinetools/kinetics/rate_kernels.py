"""Compiled rates and their derivatives, one kernel a rate law.

A kernel goes through all reactions of its law; the law's own `denominator` is compiled into it, so that a
new mechanism needs nothing but its file. A model's kernels are called through their addresses by the
integrator, which therefore is compiled once for all models.

Numba's disk cache notices changes only in the file of the function that it compiles; here the text of
the law is part of what a kernel is known by.
"""

import hashlib
import inspect
import sys
from functools import cache

from llvmlite import ir
from numba import carray, cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic, register_jitable
from numba.np.arrayobj import make_array

MOST_REACTANTS = 64  # on one side of a reaction
SCRATCH = 4 * MOST_REACTANTS  # numbers that a kernel needs to work with

_FLOATS, _INTEGERS = types.CPointer(types.float64), types.CPointer(types.int64)
_SIGNATURE = types.void(
    _FLOATS,
    _INTEGERS,
    types.int64,
    _FLOATS,
    _FLOATS,
    _FLOATS,
    _FLOATS,
    _FLOATS,
    types.int64,
)
_ENDLESS = 1 << 40  # length of an array of which only the address is known


@cache
def rate_kernel(law):
    """The compiled kernel of a rate law (a subclass of `Mechanism`), for `call_kernel`.

    It fills rates (reaction,) in µmol/L/h and, if wanted, slopes ∂rate/∂concentration (entry,) in 1/h,
    at concentrations x (metabolite,) in µmol/L; program, shared and constants are as `KineticSystem`
    lays them out.
    """
    denominator = law.denominator
    module = sys.modules[law.__module__]
    stamp = hashlib.sha256(inspect.getsource(module).encode()).hexdigest()
    for function in (denominator, *_helpers(module)):
        register_jitable(function)

    @cfunc(_SIGNATURE, cache=True, error_model="numpy")
    def kernel(
        x_, program_, n_program, shared_, constants_, scratch_, rates_, slopes_, want_slopes
    ):
        if stamp == "":  # names the version of the law that is compiled in
            return
        x, program = carray(x_, _ENDLESS), carray(program_, _ENDLESS)
        all_shared, constants = carray(shared_, _ENDLESS), carray(constants_, _ENDLESS)
        rates, slopes = carray(rates_, _ENDLESS), carray(slopes_, _ENDLESS)
        scratch = carray(scratch_, SCRATCH)
        s, p = scratch[:MOST_REACTANTS], scratch[MOST_REACTANTS : 2 * MOST_REACTANTS]
        ds, dp = scratch[2 * MOST_REACTANTS : 3 * MOST_REACTANTS], scratch[3 * MOST_REACTANTS :]
        at = 0
        while at < n_program:
            reaction, n_s, n_p, n_m = program[at : at + 4]
            at_shared, at_constants, at_slopes, reversible = program[at + 4 : at + 8]
            at += 8
            kf, kb = constants[at_constants], constants[at_constants + 1]
            inverse_km = constants[at_constants + 2 :]
            orders = all_shared[at_shared:]
            coefficients = all_shared[at_shared + n_s + n_p + 2 * n_m :]
            forward, backward = kf, kb
            for i in range(n_s):
                s[i] = x[program[at + i]] * inverse_km[i]
                forward *= _power(s[i], orders[i])
            for j in range(n_p):
                level = x[program[at + n_s + j]]
                p[j] = level * inverse_km[n_s + j]
                if reversible:
                    backward *= _power(level, orders[n_s + j])
            for k in range(n_m):
                level = x[program[at + n_s + n_p + k]]
                forward *= _power(level, orders[n_s + n_p + 2 * k])
                if reversible:
                    backward *= _power(level, orders[n_s + n_p + 2 * k + 1])
            value = denominator(
                s[:n_s],
                p[:n_p],
                coefficients[:n_s],
                coefficients[n_s : n_s + n_p],
                ds[:n_s],
                dp[:n_p],
            )
            forward /= value
            backward /= value
            rate = forward - backward
            rates[reaction] = rate
            if want_slopes:
                for i in range(n_s):
                    slope = orders[i] * forward - rate * ds[i]
                    slopes[at_slopes + i] = slope / x[program[at + i]]
                for j in range(n_p):
                    slope = -rate * dp[j]
                    if reversible:
                        slope -= orders[n_s + j] * backward
                    slopes[at_slopes + n_s + j] = slope / x[program[at + n_s + j]]
                for k in range(n_m):
                    slope = orders[n_s + n_p + 2 * k] * forward
                    if reversible:
                        slope -= orders[n_s + n_p + 2 * k + 1] * backward
                    slopes[at_slopes + n_s + n_p + k] = slope / x[program[at + n_s + n_p + k]]
            at += n_s + n_p + n_m

    return kernel


@intrinsic
def call_kernel(
    typing, address, x, program, shared, constants, scratch, rates, slopes, want_slopes
):
    """Call the kernel at an address; all but the first and last argument are arrays."""
    given = (x, program, shared, constants, scratch, rates, slopes)

    def emit(context, builder, signature, arguments):
        double = ir.DoubleType().as_pointer()
        whole = ir.IntType(64)
        wanted = [double, whole.as_pointer(), whole, *[double] * 5, whole]
        pointers = [
            make_array(kind)(context, builder, value)
            for kind, value in zip(given, arguments[1:-1], strict=True)
        ]
        length = cgutils.unpack_tuple(builder, pointers[1].shape, 1)[0]
        x_at, program_at, *others = [pointer.data for pointer in pointers]
        want = builder.zext(arguments[-1], whole)
        function = builder.inttoptr(
            arguments[0], ir.FunctionType(ir.VoidType(), wanted).as_pointer()
        )
        builder.call(function, [x_at, program_at, length, *others, want])
        return context.get_dummy_value()

    return types.void(types.int64, *given, types.boolean), emit


@register_jitable
def _power(x, order):
    """x^order, without the cost of a general power where the order is a small whole number."""
    if order == 1.0:
        return x
    if order == 0.0:
        return 1.0
    if order == -1.0:
        return 1.0 / x
    if order == 2.0:
        return x * x
    return x**order


def _helpers(module):
    """Functions of a law's own module that its denominator may call."""
    return [
        f
        for f in vars(module).values()
        if inspect.isfunction(f) and f.__module__ == module.__name__
    ]
