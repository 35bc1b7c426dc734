"""Who comes, on which ticket, paid how, let in when."""
