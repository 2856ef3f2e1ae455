"""Linear programs in the form that HiGHS takes: a sparse matrix by columns."""

import numpy as np
from scipy.sparse import csc_array


def linear_program(matrix, lower, upper, cost=0.0, row_lower=0.0, row_upper=0.0):
    """min cost · x with lower ≤ x ≤ upper and row_lower ≤ matrix x ≤ row_upper, as a HighsLp.

    matrix: (row, column), dense or sparse; lower, upper, cost: (column,) or a number; row_lower, row_upper:
    (row,) or a number, by default 0, for steady states.
    """
    from highspy import HighsLp, MatrixFormat

    columns = csc_array(matrix)
    rows, n = columns.shape
    program = HighsLp()
    program.num_row_, program.num_col_ = rows, n
    program.col_cost_ = np.broadcast_to(cost, n).astype(float)
    program.col_lower_ = np.broadcast_to(lower, n).astype(float)
    program.col_upper_ = np.broadcast_to(upper, n).astype(float)
    program.row_lower_ = np.broadcast_to(row_lower, rows).astype(float)
    program.row_upper_ = np.broadcast_to(row_upper, rows).astype(float)
    program.a_matrix_.format_ = MatrixFormat.kColwise
    program.a_matrix_.start_ = columns.indptr
    program.a_matrix_.index_ = columns.indices
    program.a_matrix_.value_ = columns.data
    return program


def highs(model, options):
    """A HiGHS solver that holds a model (HighsLp, or HighsModel), with options by name."""
    from highspy import Highs

    solver = Highs()
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    return solver
