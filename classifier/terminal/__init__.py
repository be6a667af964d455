"""`manage.py classify`: finding files, batches, tables, reports."""
