"""The course as staff describe it, its releases, and notebooks read as untrusted data."""
