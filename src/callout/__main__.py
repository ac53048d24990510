"""`python -m callout`."""

from callout.cli import main

if __name__ == "__main__":
    main()
