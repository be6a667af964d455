"""Files as attackers and accidents make them, and what Journify does with each."""
