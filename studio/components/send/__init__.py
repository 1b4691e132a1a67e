"""Send: tell people."""
