"""Answers to AI assistants by the Model Context Protocol: what was scored, and how sure it is."""
