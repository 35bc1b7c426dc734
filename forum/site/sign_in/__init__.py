"""Signing in: by a code sent to one's address; for staff by password and second factor. Built on django-allauth."""
