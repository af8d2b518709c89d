"""Jobs that span several layers, and the Python functions behind the commands."""
