"""What people said in Slack, as the chat they move to reads it: pure functions, no network, no disk, no clock."""
