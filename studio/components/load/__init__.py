"""Write to files and databases."""
