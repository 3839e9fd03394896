"""What the ledger tells: counts, screens, spreadsheets and the page."""
