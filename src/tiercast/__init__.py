"""tiercast: who keeps us alive, who is about to leave, who could become more."""
