"""When did they leave? Candidate definitions of churn side by side, measured on the past."""
