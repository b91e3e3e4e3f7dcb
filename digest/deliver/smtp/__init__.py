"""SMTP client: connections, authentication, pipelining, rate limits."""
