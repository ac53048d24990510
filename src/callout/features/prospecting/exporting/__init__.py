"""What of prospecting can be taken along: businesses, contacts, the suppression list and the record of consent."""
