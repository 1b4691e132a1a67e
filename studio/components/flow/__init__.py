"""Components that steer a flow, or answer for it."""
