from optimizer.solvers.exact.guess_size import GuessSize


def sizes(most_refuted: int, *, quick: bool) -> list[int]:
    """Return the sizes that are tried, from 320 on, when up to so many columns are refuted."""
    size, tried = GuessSize(320, least=20), list[int]()
    while not size.found:
        tried.append(size.columns)
        if size.columns <= most_refuted:
            size.refuted(quick=quick)
        else:
            size.undecided()
    return tried


def test_between_a_refuted_and_an_undecided_guess_there_is_another() -> None:
    assert sizes(1000, quick=True) == [320, 640, 1280, 905, 1076]


def test_slow_guesses_are_followed_by_little_larger_ones() -> None:
    assert sizes(600, quick=False) == [320, 400, 500, 625]


def test_where_nothing_is_refuted_the_next_guess_is_half_as_large_but_not_too_small() -> None:
    size = GuessSize(50, least=20)
    for columns in (25, 20, 20):
        size.begin_anew()
        size.undecided()
        assert size.found
        assert size.columns == columns


def test_what_was_refuted_is_forgotten_when_the_program_has_changed() -> None:
    size = GuessSize(100, least=20)
    size.refuted(quick=True)
    size.begin_anew()
    assert not size.found
    size.undecided()
    assert size.found
    assert size.columns == 100
