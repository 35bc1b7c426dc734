"""The demo's doors: enter as anybody, and read the mails that were written. In no other place than the demo."""
