"""Who is owed what: prices in parts, entries that sum to zero, payouts."""
