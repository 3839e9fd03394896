"""Google as a source: its accounts through the API, and its Takeout archives."""
