"""Where rows come from: files, connections and samples, mapped to the canonical tables."""
