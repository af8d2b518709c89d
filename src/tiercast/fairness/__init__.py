"""Audit by group: who is forecast worse, chosen less often, or betrayed by other columns."""
