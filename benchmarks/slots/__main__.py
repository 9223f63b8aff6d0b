"""`python -m benchmarks.slots`."""

from benchmarks.slots.comparison import main

if __name__ == "__main__":
    main()
