"""Configuration: one YAML per customer base, validated once."""
