import numpy as np

from optimizer.model.builder import Builder


def test_blocks_are_joined_column_by_column() -> None:
    builder = Builder()
    first = builder.add_columns(np.array([1.0, 2.0]), 0.0, 1.0, integral=True)
    row = builder.add_rows(np.array([1.0, -np.inf]), np.array([1.0, 5.0]))
    builder.add_entries(first, np.array([1, 2]), np.array([0, 0, 1]), np.array([1.0, 1.0, 7.0]))
    more = builder.add_columns(np.array([0.0]), -3.0, 9.0, integral=False)
    last = builder.add_rows(np.array([0.0]), np.array([0.0]))
    builder.scatter_entries(np.array([more, first, more]), np.array([last, last, row]), np.array([4.0, 5.0, 6.0]))
    program = builder.build()
    assert (first, more, row, last) == (0, 2, 0, 2)
    assert program.cost.tolist() == [1, 2, 0]
    assert program.lower.tolist() == [0, 0, -3]
    assert program.upper.tolist() == [1, 1, 9]
    assert program.integral.tolist() == [True, True, False]
    assert program.row_upper.tolist() == [1, 5, 0]
    matrix = np.zeros((3, 3))
    for column in range(3):
        own = slice(program.start[column], program.start[column + 1])
        matrix[program.index[own], column] = program.value[own]
    assert matrix.tolist() == [[1, 1, 6], [0, 7, 0], [5, 0, 4]]
    assert program.start.dtype == program.index.dtype == np.int32
