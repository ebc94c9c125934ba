"""The kernel's endpoints: signing in, people, permissions, jobs."""
