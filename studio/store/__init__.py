"""The store: what is kept of flows, runs, steps and attempts. The only room with SQL."""
