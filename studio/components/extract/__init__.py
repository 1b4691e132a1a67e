"""Read from files, databases and the web."""
