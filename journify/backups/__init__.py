"""Everything a server holds, written to a file and brought back onto an empty machine."""
