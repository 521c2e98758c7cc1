"""``python -m ailabel``."""

from ailabel.adapters.cli import main

if __name__ == "__main__":
    main()
