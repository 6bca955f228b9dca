"""What tests look at in a linear program."""

import numpy as np

from optimizer.model.builder import LinearProgram


def dense(linear: LinearProgram) -> np.ndarray:
    """Return the matrix, with a row for each row."""
    row, column, value = linear.entries
    matrix = np.zeros((len(linear.row_lower), len(linear.cost)))
    np.add.at(matrix, (row, column), value)
    return matrix
