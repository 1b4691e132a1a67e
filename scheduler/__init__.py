"""Cron, webhooks and the service. Nothing lives here yet."""
