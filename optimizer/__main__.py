"""``python -m optimizer`` is ``schedopt``."""

from optimizer.cli import main

if __name__ == "__main__":
    main()
