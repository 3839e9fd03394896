"""What every implementation of a port must do, on stand-ins and on real servers."""
