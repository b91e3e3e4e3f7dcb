"""Values of the pipeline, all frozen.

Source → Entry → Article → Story → Ranked → Brief → Digest → Edition → Delivery

Each stage has its own type: no value is half filled, and ``None`` never means "not done yet". Every ``datetime`` is
aware; inside the program it is UTC. The glossary is in ``digest/README.md``.

``newsletters`` (Source, Newsletter), ``articles`` (Entry, Article), ``stories`` (Story, Ranked, Brief), ``digests``,
``editions`` (Edition, Delivery, Subscriber); ``protocols`` of replaceable parts; ``errors``.
"""
