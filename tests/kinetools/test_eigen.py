"""Eigenvalues of many matrices at once are those that LAPACK finds one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinetools.eigen import LANES, eigenvalues_of_many


def solve(matrices):
    matrices = np.asarray(matrices, float)
    count, size = matrices.shape[:2]
    flat = np.ascontiguousarray(matrices.reshape(count, -1).T)
    return eigenvalues_of_many(flat, size)


def distance(found, expected):
    """Largest distance of matched eigenvalues (optimal assignment)."""
    from scipy.optimize import linear_sum_assignment

    cost = np.abs(found[:, None] - expected[None, :])
    return cost[linear_sum_assignment(cost)].max()


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 24),
    count=st.integers(1, 2 * LANES + 1),
    decades=st.floats(0, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_random_matrices_of_any_size_agree_with_lapack(size, count, decades, seed):
    rng = np.random.default_rng(seed)
    matrices = rng.normal(size=(count, size, size)) * 10 ** (decades * rng.random((count, size, 1)))
    for matrix, found in zip(matrices, solve(matrices), strict=True):
        norm = np.linalg.norm(matrix)
        # Both are backward stable: compare through the residual, the smallest singular value.
        for value in found:
            shifted = matrix - value * np.eye(size)
            assert np.linalg.svd(shifted, compute_uv=False)[-1] <= 1e-13 * size * norm
        assert np.isclose(found.sum().real, np.trace(matrix), rtol=0, atol=1e-12 * size * norm)


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((6, 6)),
        np.eye(5),
        np.eye(7)[[1, 2, 3, 4, 5, 6, 0]],  # cyclic permutation: plain double shifts stagnate
        np.array([[0.0, 1.0], [-1.0, 0.0]]),
        np.diag([3.0, -1.0, 2.0, 1e-300]),
        np.triu(np.arange(1.0, 37.0).reshape(6, 6)),
        np.array([[1e10, 1.0, 0.0], [1.0, -9.0, 1e-3], [0.0, 1e-3, 1e-6]]),
    ],
    ids=["zero", "identity", "cycle", "rotation", "diagonal", "triangular", "graded"],
)
def test_special_matrices_agree_with_lapack(matrix):
    found = solve(matrix[None])[0]
    expected = np.linalg.eigvals(matrix)
    assert distance(found, expected) <= 1e-14 * max(1.0, np.abs(expected).max())


def test_a_jordan_block_is_found_to_the_accuracy_it_allows():
    size = 5
    found = solve((2 * np.eye(size) + np.eye(size, k=1))[None])[0]
    assert np.abs(found - 2).max() <= 1e-14


def test_the_largest_real_part_comes_first_and_pairs_stay_together():
    found = solve(np.random.default_rng(1).normal(size=(20, 13, 13)))
    assert (np.diff(found.real, axis=1) <= 0).all()
    for row in found:
        pairs = row[row.imag != 0]
        assert np.array_equal(pairs[0::2], pairs[1::2].conj())


def test_a_matrix_is_solved_to_the_same_bits_whatever_its_neighbours():
    matrices = np.random.default_rng(2).normal(size=(3 * LANES + 2, 11, 11))
    together = solve(matrices)
    assert np.array_equal(together, solve(matrices[::-1])[::-1])
    for k in (0, 5, LANES, len(matrices) - 1):
        assert np.array_equal(solve(matrices[k : k + 1])[0], together[k])


def test_a_matrix_that_is_not_finite_is_refused():
    matrices = np.ones((2, 3, 3))
    matrices[1, 0, 0] = np.nan
    with pytest.raises(np.linalg.LinAlgError):
        solve(matrices)
