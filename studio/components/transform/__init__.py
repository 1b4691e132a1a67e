"""Change the columns and rows of one table."""
