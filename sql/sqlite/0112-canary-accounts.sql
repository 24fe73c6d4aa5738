-- Why: canary accounts probe each other, because nothing else shows a session that is connected and receives nothing; and
-- which links go on by pairing code when another instance takes them over.
-- Locks: creates empty tables; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table canary_accounts (
  account_id text not null primary key references whatsapp_accounts (id),
  marked_at integer not null
) strict;

-- probes that are under way; a row is deleted when the receiver has heard it, or was found deaf
create table canary_probes (
  -- is part of the text
  id text not null primary key,
  receiver_session text not null references sessions (id),
  sent_at integer not null,
  -- when the phone of the receiver showed it as delivered
  delivered_at integer
) strict;

create index canary_probes_of_receiver on canary_probes (receiver_session);

create table pairing_links (
  session_id text not null primary key references sessions (id)
) strict;
