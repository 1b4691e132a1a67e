"""Make one table of several."""
