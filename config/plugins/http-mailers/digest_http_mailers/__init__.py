"""Mailers that send no mails: editions as signed JSON to a webhook, and as messages to rooms of Matrix."""
