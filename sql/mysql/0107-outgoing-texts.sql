-- Why: a text that one instance was asked to send through a session that another one runs. A row lives for seconds.
-- Locks: creates an empty table; a metadata lock on it for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists outgoing_texts (
  id varchar(36) not null primary key,
  session_id varchar(36) not null,
  -- jid of the recipient
  recipient varchar(64) not null,
  body text not null,
  -- waiting, taken, sent, failed
  state varchar(16) not null,
  -- the library's id of the message, or the code of what went wrong
  result varchar(200) null,
  created_at bigint not null,
  constraint outgoing_texts_session foreign key (session_id) references sessions (id),
  key outgoing_texts_waiting (state, created_at)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
