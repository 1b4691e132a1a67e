"""Figures of Millrace, as ratios to plain papermill measured in the same run: `python -m benchmarks flows`."""
