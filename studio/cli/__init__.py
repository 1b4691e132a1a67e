"""The command line: one file per noun. It translates words into calls of :mod:`studio.app`, and answers into text."""
