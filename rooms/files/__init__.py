"""What is known of a file from its bytes, whatever its sender calls it."""
