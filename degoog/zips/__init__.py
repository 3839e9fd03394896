"""Zip archives read as a stream, in memory that does not grow with them: shared by the sources that are archives."""
