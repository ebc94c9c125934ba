"""Bodies in and out of the kernel's endpoints."""
