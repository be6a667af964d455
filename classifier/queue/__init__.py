"""Classifications as work: rows, leases, health, figures."""
