"""The commands that stand on the scheduler."""
