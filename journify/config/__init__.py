"""Settings that take more than a line: databases, storage, mail, secrets, checks."""
