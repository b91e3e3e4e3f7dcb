"""The operator's pages, below ``/operator/``.

access.py      who the operator is: by a session's cookie or a proxy's header; checks every form
login.py       logging in and out
state.py       what the pages remember between requests: failed logins, notices, forms already sent
view.py        renders a page for an operator; formats for people
routes.py      the addresses; one module for each page besides
"""
