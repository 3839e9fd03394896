"""The documentation is true: its commands run, its links lead somewhere, its words are those of the code."""
