"""A journal as one file that its listener can keep, read, and bring to another machine.

`schema` says what is in it, `snapshot` reads it from the database, `tables` writes it for people,
`package` packs it; `opening` and `parsing` unpack what a stranger sends, `merging` writes that into
a journal. docs/archive.md describes the format.
"""
