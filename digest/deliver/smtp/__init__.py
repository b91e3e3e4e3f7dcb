"""SMTP client (RFC 5321): sessions, authentication, pipelining, rate limits."""
