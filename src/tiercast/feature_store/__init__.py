"""Order lines reduced once to customer-days and kept, so that a run reads only new lines."""
