"""The agent console: the pages in which the people of support spend their day."""
