"""What the templates of rooms may call."""
