-- Why: a text that one instance was asked to send through a session that another one runs. A row lives for seconds.
-- Locks: creates an empty table; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table outgoing_texts (
  id text not null primary key,
  session_id text not null references sessions (id),
  -- jid of the recipient
  recipient text not null,
  body text not null,
  -- waiting, taken, sent, failed
  state text not null,
  -- the library's id of the message, or the code of what went wrong
  result text,
  created_at integer not null
) strict;

create index outgoing_texts_waiting on outgoing_texts (state, created_at);
