"""What an operator runs: preparing a start, commands, owners of files."""
