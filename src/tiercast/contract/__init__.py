"""The canonical tables, the rules their rows must keep, and the report about them."""
