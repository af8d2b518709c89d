"""Order lines reduced to customer-days and stored, so that a run reads only new lines."""
