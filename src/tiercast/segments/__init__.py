"""Who customers are by rule and by discovery: RFM, lifecycle, tiers and clusters."""
