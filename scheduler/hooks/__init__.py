"""Webhooks as they are called: who may, within which limits, and what they are answered."""
