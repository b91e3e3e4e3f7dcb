-- Rows for a store of schema version 0001: two editions, the second still being sent.
INSERT INTO sources (id, title, last_success) VALUES ('own', 'Own', '2026-03-27 06:00:00.000000');
INSERT INTO entries (id, source_id, guid, url, title, form, seen, source, author, published, language, body) VALUES
    (1, 'own', '1', 'https://own.example/1', 'The mill grinds', 'text', '2026-03-26 08:00:00.000000', 'Own', '', '2026-03-26 08:00:00.000000', 'en', 'The old mill grinds rye again.'),
    (2, 'own', '2', 'https://own.example/2', 'The pass is closed', 'text', '2026-03-27 08:00:00.000000', 'Own', '', NULL, 'en', 'Snow closed the pass road.');
INSERT INTO articles (entry_id, id, source_id, source, url, title, published, language, author, paragraphs) VALUES
    (1, 'a1', 'own', 'Own', 'https://own.example/1', 'The mill grinds', '2026-03-26 08:00:00.000000', 'en', '', '["The old mill grinds rye again."]'),
    (2, 'a2', 'own', 'Own', 'https://own.example/2', 'The pass is closed', '2026-03-27 08:00:00.000000', 'en', '', '["Snow closed the pass road."]');
INSERT INTO furniture (source_id, seen, articles, lines) VALUES ('own', '2026-03-27 08:00:00.000000', 2, '{}');
INSERT INTO runs (id, kind, started, ended, outcome, counts) VALUES
    (1, 'collect', '2026-03-27 06:00:00.000000', '2026-03-27 06:00:02.000000', 'done', '{"new": 2}');
INSERT INTO subscribers (id, address, address_key, name, preferences, added, suppressed) VALUES
    (1, 'Ann@example.org', 'ann@example.org', 'Ann', '{}', '2026-03-20 08:00:00.000000', ''),
    (2, 'ben@example.org', 'ben@example.org', '', '{"topics": "sea"}', '2026-03-20 08:00:00.000000', ''),
    (3, 'cem@example.org', 'cem@example.org', '', '{}', '2026-03-20 08:00:00.000000', ''),
    (4, 'dee@example.org', 'dee@example.org', '', '{}', '2026-03-20 08:00:00.000000', '550 no such user');
INSERT INTO subscriptions (newsletter_id, subscriber_id, since) SELECT 'main', id, added FROM subscribers;
INSERT INTO slots (newsletter_id, key, audience, due, fate, decided) VALUES
    ('main', '2026-03-25', '', '2026-03-25 07:00:00.000000', 'before', '2026-03-25 09:00:00.000000'),
    ('main', '2026-03-26', '', '2026-03-26 07:00:00.000000', 'published', '2026-03-26 07:00:03.000000'),
    ('main', '2099-03-27', '', '2099-03-27 07:00:00.000000', 'published', '2026-03-27 07:00:03.000000');
INSERT INTO editions (id, newsletter_id, slot_key, slot_due, audience, revision, subject, preheader, language, reading_minutes, published, token, html, text) VALUES
    (1, 'main', '2026-03-26', '2026-03-26 07:00:00.000000', '', 1, 'First', 'Mill', 'en', 1, '2026-03-26 07:00:03.000000', '0123456789abcdef01234567', '<p>The first edition</p>', 'The first edition'),
    (2, 'main', '2099-03-27', '2099-03-27 07:00:00.000000', '', 1, 'Second', 'Pass', 'en', 1, '2026-03-27 07:00:03.000000', '1123456789abcdef01234567', '<p>The second edition</p>', 'The second edition');
INSERT INTO stories (id, edition_id, position, title, score, "update", sentences) VALUES
    (1, 1, 1, 'The mill grinds', 1.5, 0, '["The old mill grinds rye again."]'),
    (2, 2, 1, 'The pass is closed', 1.5, 0, '["Snow closed the pass road."]');
INSERT INTO told (story_id, article_id) VALUES (1, 'a1'), (2, 'a2');
INSERT INTO deliveries (id, edition_id, subscriber_id, newsletter_id, slot_key, revision, message_id, outcome, attempts, reply, next_try, changed) VALUES
    (1, 1, 1, 'main', '2026-03-26', 1, '<0123456789abcdef01234567.1@example.org>', 'sent', 1, '250 ok', NULL, '2026-03-26 07:00:05.000000'),
    (2, 1, 2, 'main', '2026-03-26', 1, '<0123456789abcdef01234567.2@example.org>', 'sent', 1, '250 ok', NULL, '2026-03-26 07:00:05.000000'),
    (3, 1, 4, 'main', '2026-03-26', 1, '<0123456789abcdef01234567.4@example.org>', 'failed', 1, '550 no such user', NULL, '2026-03-26 07:00:05.000000'),
    (4, 2, 1, 'main', '2099-03-27', 1, '<1123456789abcdef01234567.1@example.org>', 'sent', 1, '250 ok', NULL, '2026-03-27 07:00:05.000000'),
    (5, 2, 2, 'main', '2099-03-27', 1, '<1123456789abcdef01234567.2@example.org>', 'pending', 0, '', '2026-03-27 07:00:03.000000', '2026-03-27 07:00:03.000000'),
    (6, 2, 3, 'main', '2099-03-27', 1, '<1123456789abcdef01234567.3@example.org>', 'retry', 1, '451 later', '2026-03-27 07:05:00.000000', '2026-03-27 07:00:05.000000'),
    (7, 2, 4, 'main', '2099-03-27', 1, '<1123456789abcdef01234567.4@example.org>', 'suppressed', 0, '550 no such user', NULL, '2026-03-27 07:00:03.000000');
