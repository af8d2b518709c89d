"""The canonical tables, the rules for their rows, and the data report."""
