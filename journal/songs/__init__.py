"""A song's page, and a listener's own songs as lists."""
