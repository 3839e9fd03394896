"""degoog moves an association from Google and Slack to Nextcloud and Mattermost, accounting for every item."""

__version__ = "0.1.0"
