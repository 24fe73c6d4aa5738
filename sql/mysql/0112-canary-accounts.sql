-- Why: canary accounts probe each other, because nothing else shows a session that is connected and receives nothing; and
-- which links go on by pairing code when another instance takes them over.
-- Locks: creates empty tables; a metadata lock on each for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table if not exists canary_accounts (
  account_id varchar(36) not null primary key,
  marked_at bigint not null,
  constraint canary_accounts_account foreign key (account_id) references whatsapp_accounts (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

-- probes that are under way; a row is deleted when the receiver has heard it, or was found deaf
create table if not exists canary_probes (
  -- is part of the text
  id varchar(36) not null primary key,
  receiver_session varchar(36) not null,
  sent_at bigint not null,
  -- when the phone of the receiver showed it as delivered
  delivered_at bigint null,
  constraint canary_probes_receiver foreign key (receiver_session) references sessions (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;

create table if not exists pairing_links (
  session_id varchar(36) not null primary key,
  constraint pairing_links_session foreign key (session_id) references sessions (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
