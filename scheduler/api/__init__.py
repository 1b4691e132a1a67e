"""The service's HTTP API: one router per noun, which translates and nothing else."""
