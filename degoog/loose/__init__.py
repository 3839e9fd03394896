"""Calendars and contacts in files one has in hand: `ics:PATH|URL`, `vcf:PATH`, and those of an archive."""
