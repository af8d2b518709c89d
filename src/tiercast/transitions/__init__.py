"""Changes between two scored days: which customers moved, their money, and the causes."""
