"""The bound by cutting planes: the program, its rows, and the searches for more of them."""
