"""What other programs rely on, written down and compared."""
