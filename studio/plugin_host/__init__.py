"""The plugin host: one resident child process that alone imports plugin code, and its client."""

from studio.plugin_host.answers import Check, Columns
from studio.plugin_host.host import PluginHost

__all__ = ["Check", "Columns", "PluginHost"]
