-- Why: an API key can belong to one workspace, and a workspace can have quotas. Existing keys are for all workspaces (null), and existing
-- workspaces have no quotas.
-- Locks: adds nullable columns, no row is copied, and creates an empty table; the whole file is locked for writing for a few milliseconds.

alter table api_keys add column workspace_id text references workspaces (id);

alter table workspaces add column max_accounts integer;
alter table workspaces add column max_starting_links integer;
alter table workspaces add column max_calls_per_minute integer;

-- how many calls the workspaces with a quota had; a row lives for an hour
create table workspace_calls (
  workspace_id text not null references workspaces (id),
  -- since 1970
  minute integer not null,
  calls integer not null,
  primary key (workspace_id, minute)
) strict, without rowid;
