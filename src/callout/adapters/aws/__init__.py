"""Amazon: e-mail by SES, text messages by SNS."""
