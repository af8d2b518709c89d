"""Campaigns that were measured: their stored records, the ledger, and the save rates they show."""
