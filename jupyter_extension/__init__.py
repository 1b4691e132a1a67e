"""The JupyterLab extension. Nothing lives here yet."""
