"""Who speaks: profile, photo, consent."""
