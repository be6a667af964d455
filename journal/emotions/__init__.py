"""What answers count as, kept beside them and counted."""
