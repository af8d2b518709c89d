"""Campaigns as experiments: whom each arm holds, what followed, and what the arm changed."""
