"""What every implementation of a port, or of a service, must do alike."""
