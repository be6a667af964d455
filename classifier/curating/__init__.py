"""The curators' side: tables, forms, insight."""
