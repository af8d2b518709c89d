"""A registry of named features, each an Ibis expression over a customer's history."""
