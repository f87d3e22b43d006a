"""The command ``digitlens``: a terminal's way to the library. cli.py says what it takes, the others do it."""
