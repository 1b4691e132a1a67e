"""The plugin host: one resident child process that alone imports plugin code, and its client."""

from studio.plugin_host.host import Check, PluginHost

__all__ = ["Check", "PluginHost"]
