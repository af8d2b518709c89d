"""How tiercast would have done at past days, beside what it competes with."""
