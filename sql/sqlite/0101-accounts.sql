-- Why: workspaces, their WhatsApp accounts and the history of both. The rules live here, where no code can go around them:
-- which status may follow which, one active account per workspace and phone number, a history that only grows.
-- Locks: creates empty tables and their triggers; the whole file is locked for writing for a few milliseconds.
-- Times are milliseconds since 1970 by the database's clock.

create table workspaces (
  id text not null primary key,
  name text not null,
  created_at integer not null
) strict;

create table account_transitions (
  from_status text not null,
  to_status text not null,
  primary key (from_status, to_status)
) strict, without rowid;

-- `none` is before the first row; what is not listed cannot happen
insert into account_transitions (from_status, to_status) values
  ('none', 'qr_scanning'),
  ('qr_scanning', 'authenticated'), ('qr_scanning', 'failed'), ('qr_scanning', 'inactive'),
  ('authenticated', 'connected'), ('authenticated', 'disconnected'), ('authenticated', 'failed'), ('authenticated', 'inactive'),
  ('connected', 'disconnected'), ('connected', 'failed'), ('connected', 'inactive'),
  ('disconnected', 'authenticated'), ('disconnected', 'failed'), ('disconnected', 'inactive'),
  ('failed', 'inactive');

create table whatsapp_accounts (
  id text not null primary key,
  workspace_id text not null references workspaces (id),
  session_id text not null unique,
  -- digits of the international number; null until it is known, and after the account was deleted
  phone text,
  status text not null,
  -- why the status is what it is: a code of docs/service.md
  status_cause text not null,
  status_since integer not null,
  -- the version that hosts the session, and the requested one, if any
  library text not null,
  library_pin text,
  -- who made the last change, under which fencing token
  instance_id text not null,
  lease_token integer not null,
  created_at integer not null,
  deleted_at integer
) strict;

create unique index unique_active_phone_workspace on whatsapp_accounts (workspace_id, phone)
  where status in ('qr_scanning', 'authenticated', 'connected', 'disconnected');
create index whatsapp_accounts_by_status on whatsapp_accounts (status, workspace_id);
create index whatsapp_accounts_of_workspace on whatsapp_accounts (workspace_id, deleted_at, id);

create table account_history (
  seq integer primary key autoincrement,
  account_id text not null references whatsapp_accounts (id),
  workspace_id text not null,
  from_status text not null,
  to_status text not null,
  cause text not null,
  library text not null,
  instance_id text not null,
  lease_token integer not null,
  -- how long the account had been in from_status
  duration_ms integer not null,
  at integer not null
) strict;

create index account_history_of_account on account_history (account_id, seq);
create index account_history_by_time on account_history (at, to_status);

create trigger whatsapp_accounts_first_status before insert on whatsapp_accounts
begin
  select raise(abort, 'illegal first status of an account')
  where not exists (select 1 from account_transitions where from_status = 'none' and to_status = new.status);
end;

create trigger whatsapp_accounts_birth after insert on whatsapp_accounts
begin
  update whatsapp_accounts set status_since = cast(unixepoch('subsec') * 1000 as integer) where id = new.id;
  insert into account_history
    (account_id, workspace_id, from_status, to_status, cause, library, instance_id, lease_token, duration_ms, at)
  values
    (new.id, new.workspace_id, 'none', new.status, new.status_cause, new.library, new.instance_id, new.lease_token, 0,
     cast(unixepoch('subsec') * 1000 as integer));
end;

create trigger whatsapp_accounts_fence before update on whatsapp_accounts when new.lease_token < old.lease_token
begin
  select raise(abort, 'stale lease of an account');
end;

create trigger whatsapp_accounts_same_ids before update of id, workspace_id, session_id on whatsapp_accounts
when new.id <> old.id or new.workspace_id <> old.workspace_id or new.session_id <> old.session_id
begin
  select raise(abort, 'the ids of an account never change');
end;

create trigger whatsapp_accounts_transition before update of status on whatsapp_accounts when new.status <> old.status
begin
  select raise(abort, 'illegal transition of an account')
  where not exists (select 1 from account_transitions where from_status = old.status and to_status = new.status);
end;

create trigger whatsapp_accounts_history after update of status on whatsapp_accounts when new.status <> old.status
begin
  update whatsapp_accounts set status_since = cast(unixepoch('subsec') * 1000 as integer) where id = new.id;
  insert into account_history
    (account_id, workspace_id, from_status, to_status, cause, library, instance_id, lease_token, duration_ms, at)
  values
    (new.id, new.workspace_id, old.status, new.status, new.status_cause, new.library, new.instance_id, new.lease_token,
     cast(unixepoch('subsec') * 1000 as integer) - old.status_since, cast(unixepoch('subsec') * 1000 as integer));
end;

create trigger account_history_no_update before update on account_history
begin
  select raise(abort, 'the history of accounts only grows');
end;

create trigger account_history_no_delete before delete on account_history
begin
  select raise(abort, 'the history of accounts only grows');
end;
