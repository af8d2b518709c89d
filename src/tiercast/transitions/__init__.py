"""What became of customers between two scored days: who moved, with what money, and why."""
