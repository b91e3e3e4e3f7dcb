BEGIN TRANSACTION;
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE articles (
	entry_id INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	source_id TEXT NOT NULL, 
	source TEXT NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	published DATETIME NOT NULL, 
	language TEXT NOT NULL, 
	author TEXT NOT NULL, 
	image TEXT, 
	paragraphs TEXT NOT NULL, 
	CONSTRAINT pk_articles PRIMARY KEY (entry_id), 
	CONSTRAINT fk_articles_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id) ON DELETE CASCADE
);
INSERT INTO "articles" VALUES(1,'bed82687146ed9d4327ad129','guids','Post','https://post.example/','The ferry stays','2026-03-26 08:00:00.000000','en','',NULL,'["The island ferry stayed in harbour for the third day because of strong wind, the shipping line said."]');
INSERT INTO "articles" VALUES(2,'bed82687146ed9d4327ad129','guids','Post','https://post.example/','The mill grinds','2026-03-26 08:00:00.000000','en','',NULL,'["The old mill in the valley grinds rye again since Monday, and the miller sells flour at noon."]');
INSERT INTO "articles" VALUES(3,'4c3f7ff6d616b99759867e7d','links','Post','https://news.example/','The pass is closed','2026-03-26 08:00:00.000000','en','',NULL,'["Two metres of snow closed the pass road on Sunday, and the bakers of the upper villages went down by sledge."]');
INSERT INTO "articles" VALUES(4,'12d6568d4a487afc81c021ea','anchors','Post','https://log.example/','The well has water','2026-03-26 08:00:00.000000','en','',NULL,'["The well on the market square has water again, and children filled their bottles there on Saturday."]');
INSERT INTO "articles" VALUES(5,'6ceba92fb3b0b8f6882b0d24','single','Post','https://oven.example/','The oven burns','2026-03-26 08:00:00.000000','en','',NULL,'["The village oven burns every second Friday from now on, and each household may bake four loaves."]');
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	edition_id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	newsletter_id TEXT NOT NULL, 
	slot_key TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	message_id TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	reply TEXT DEFAULT '' NOT NULL, 
	next_try DATETIME, 
	sender TEXT, 
	changed DATETIME NOT NULL, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT uq_deliveries_newsletter_id_slot_key_revision_subscriber_id UNIQUE (newsletter_id, slot_key, revision, subscriber_id), 
	CONSTRAINT fk_deliveries_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id), 
	CONSTRAINT fk_deliveries_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_deliveries_message_id UNIQUE (message_id)
);
CREATE TABLE editions (
	id INTEGER NOT NULL, 
	newsletter_id TEXT NOT NULL, 
	slot_key TEXT NOT NULL, 
	slot_due DATETIME NOT NULL, 
	audience TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	language TEXT NOT NULL, 
	reading_minutes INTEGER NOT NULL, 
	published DATETIME NOT NULL, 
	token TEXT NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_editions PRIMARY KEY (id), 
	CONSTRAINT uq_editions_newsletter_id_slot_key_audience_revision UNIQUE (newsletter_id, slot_key, audience, revision), 
	CONSTRAINT ck_editions_revision CHECK (revision >= 1)
);
INSERT INTO "editions" VALUES(1,'main','2026-03-27','2026-03-27 06:00:00.000000','',1,'Harbour opens again','Ships return','en',2,'2026-03-27 06:00:00.000000','60f48fc60d83a263a1ec0b12','<p>Harbour</p>','Harbour');
CREATE TABLE entries (
	id INTEGER NOT NULL, 
	source_id TEXT NOT NULL, 
	guid TEXT NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT NOT NULL, 
	form TEXT NOT NULL, 
	seen DATETIME NOT NULL, 
	source TEXT NOT NULL, 
	author TEXT NOT NULL, 
	published DATETIME, 
	language TEXT NOT NULL, 
	image TEXT, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_entries PRIMARY KEY (id), 
	CONSTRAINT uq_entries_source_id_guid UNIQUE (source_id, guid)
);
INSERT INTO "entries" VALUES(1,'guids','1','https://post.example/','The ferry stays','html','2026-03-27 06:00:00.000000','Post','','2026-03-26 08:00:00.000000','',NULL,'The island ferry stayed in harbour for the third day because of strong wind, the shipping line said.');
INSERT INTO "entries" VALUES(2,'guids','2','https://post.example/','The mill grinds','html','2026-03-27 06:00:00.000000','Post','','2026-03-26 08:00:00.000000','',NULL,'The old mill in the valley grinds rye again since Monday, and the miller sells flour at noon.');
INSERT INTO "entries" VALUES(3,'links','https://news.example/','https://news.example/','The pass is closed','html','2026-03-27 06:00:00.000000','Post','','2026-03-26 08:00:00.000000','',NULL,'Two metres of snow closed the pass road on Sunday, and the bakers of the upper villages went down by sledge.');
INSERT INTO "entries" VALUES(4,'anchors','https://log.example/#well','https://log.example/#well','The well has water','html','2026-03-27 06:00:00.000000','Post','','2026-03-26 08:00:00.000000','',NULL,'The well on the market square has water again, and children filled their bottles there on Saturday.');
INSERT INTO "entries" VALUES(5,'single','1','https://oven.example/','The oven burns','html','2026-03-27 06:00:00.000000','Post','','2026-03-26 08:00:00.000000','',NULL,'The village oven burns every second Friday from now on, and each household may bake four loaves.');
CREATE TABLE furniture (
	source_id TEXT NOT NULL, 
	seen DATETIME NOT NULL, 
	articles INTEGER NOT NULL, 
	lines TEXT NOT NULL, 
	CONSTRAINT pk_furniture PRIMARY KEY (source_id)
);
INSERT INTO "furniture" VALUES('guids','2026-03-27 06:00:00.000000',2,'{"80eb6bbaed99":1,"3a0a4d94e64b":1}');
INSERT INTO "furniture" VALUES('links','2026-03-27 06:00:00.000000',1,'{"e2fd8eae719c":1}');
INSERT INTO "furniture" VALUES('anchors','2026-03-27 06:00:00.000000',1,'{"54554e2cf5f2":1}');
INSERT INTO "furniture" VALUES('single','2026-03-27 06:00:00.000000',1,'{"e7cc8e82b2bc":1}');
CREATE TABLE runs (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	about TEXT DEFAULT '' NOT NULL, 
	started DATETIME NOT NULL, 
	ended DATETIME, 
	outcome TEXT DEFAULT '' NOT NULL, 
	counts TEXT DEFAULT '{}' NOT NULL, 
	CONSTRAINT pk_runs PRIMARY KEY (id)
);
CREATE TABLE slots (
	newsletter_id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	audience TEXT NOT NULL, 
	due DATETIME NOT NULL, 
	fate TEXT NOT NULL, 
	decided DATETIME NOT NULL, 
	CONSTRAINT pk_slots PRIMARY KEY (newsletter_id, "key", audience)
);
CREATE TABLE sources (
	id TEXT NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	etag TEXT DEFAULT '' NOT NULL, 
	last_modified TEXT DEFAULT '' NOT NULL, 
	found_url TEXT DEFAULT '' NOT NULL, 
	not_before DATETIME, 
	last_success DATETIME, 
	last_failure DATETIME, 
	failing_since DATETIME, 
	error TEXT DEFAULT '' NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	pause_s INTEGER DEFAULT '0' NOT NULL, 
	next_visit DATETIME, 
	address TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_sources PRIMARY KEY (id)
);
INSERT INTO "sources" VALUES('guids','Post','','','',NULL,'2026-03-27 06:00:00.000000',NULL,NULL,'',0,0,NULL,'guids.xml');
INSERT INTO "sources" VALUES('links','Post','','','',NULL,'2026-03-27 06:00:00.000000',NULL,NULL,'',0,0,NULL,'links.xml');
INSERT INTO "sources" VALUES('anchors','Post','','','',NULL,'2026-03-27 06:00:00.000000',NULL,NULL,'',0,0,NULL,'anchors.xml');
INSERT INTO "sources" VALUES('single','Post','','','',NULL,'2026-03-27 06:00:00.000000',NULL,NULL,'',0,0,NULL,'single.xml');
CREATE TABLE stories (
	id INTEGER NOT NULL, 
	edition_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	"update" BOOLEAN NOT NULL, 
	sentences TEXT NOT NULL, 
	CONSTRAINT pk_stories PRIMARY KEY (id), 
	CONSTRAINT uq_stories_edition_id_position UNIQUE (edition_id, position), 
	CONSTRAINT fk_stories_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);
INSERT INTO "stories" VALUES(1,1,0,'The pass is closed',0.556,0,'["Two metres of snow closed the pass road on Sunday, and the bakers of the upper villages went down by sledge."]');
INSERT INTO "stories" VALUES(2,1,1,'The ferry stays',0.552,0,'["The island ferry stayed in harbour for the third day because of strong wind, the shipping line said."]');
INSERT INTO "stories" VALUES(3,1,2,'The well has water',0.551,0,'["The well on the market square has water again, and children filled their bottles there on Saturday."]');
INSERT INTO "stories" VALUES(4,1,3,'The oven burns',0.551,0,'["The village oven burns every second Friday from now on, and each household may bake four loaves."]');
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	address_key TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	preferences TEXT DEFAULT '{}' NOT NULL, 
	added DATETIME NOT NULL, 
	suppressed TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_subscribers PRIMARY KEY (id), 
	CONSTRAINT uq_subscribers_address_key UNIQUE (address_key)
);
CREATE TABLE subscriptions (
	newsletter_id TEXT NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_subscriptions PRIMARY KEY (newsletter_id, subscriber_id), 
	CONSTRAINT fk_subscriptions_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);
CREATE TABLE told (
	story_id INTEGER NOT NULL, 
	article_id TEXT NOT NULL, 
	wording TEXT, 
	CONSTRAINT pk_told PRIMARY KEY (story_id, article_id), 
	CONSTRAINT fk_told_story_id FOREIGN KEY(story_id) REFERENCES stories (id) ON DELETE CASCADE
);
INSERT INTO "told" VALUES(1,'4c3f7ff6d616b99759867e7d',NULL);
INSERT INTO "told" VALUES(2,'bed82687146ed9d4327ad129',NULL);
INSERT INTO "told" VALUES(3,'12d6568d4a487afc81c021ea',NULL);
INSERT INTO "told" VALUES(4,'6ceba92fb3b0b8f6882b0d24',NULL);
CREATE TABLE unread (
	entry_id INTEGER NOT NULL, 
	ask_again DATETIME NOT NULL, 
	CONSTRAINT pk_unread PRIMARY KEY (entry_id), 
	CONSTRAINT fk_unread_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id) ON DELETE CASCADE
);
CREATE TABLE unread_mails (
	mailbox TEXT NOT NULL, 
	uid_validity INTEGER NOT NULL, 
	uid INTEGER NOT NULL, 
	sender TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	seen DATETIME NOT NULL, 
	CONSTRAINT pk_unread_mails PRIMARY KEY (mailbox, uid_validity, uid)
);
CREATE INDEX ix_entries_seen_source_id ON entries (seen, source_id);
CREATE INDEX ix_runs_started ON runs (started);
CREATE INDEX ix_articles_id ON articles (id);
CREATE INDEX ix_articles_source_id_published ON articles (source_id, published);
CREATE INDEX ix_subscriptions_subscriber_id ON subscriptions (subscriber_id);
CREATE INDEX ix_deliveries_sender ON deliveries (sender) WHERE sender IS NOT NULL;
CREATE INDEX ix_deliveries_edition_id_next_try ON deliveries (edition_id, next_try);
CREATE INDEX ix_deliveries_subscriber_id ON deliveries (subscriber_id);
CREATE INDEX ix_told_article_id ON told (article_id);
COMMIT;