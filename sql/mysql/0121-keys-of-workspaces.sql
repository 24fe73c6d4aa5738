-- Why: an API key can belong to one workspace, and a workspace can have quotas. Existing keys are for all workspaces (null), and existing
-- workspaces have no quotas.
-- Locks: adds nullable last columns, which servers since MySQL 8.0.12 and MariaDB 10.3 do without copying rows, and creates an empty table; a
-- metadata lock on each table for a few milliseconds.

-- MySQL has no "add column if not exists", and this file can be run again after it stopped half-way.
set @add_workspace = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'api_keys' and column_name = 'workspace_id') = 0,
  'alter table api_keys add column workspace_id varchar(36) null',
  'do 0');
prepare add_workspace from @add_workspace;
execute add_workspace;
deallocate prepare add_workspace;

set @add_quotas = if(
  (select count(*) from information_schema.columns
    where table_schema = database() and table_name = 'workspaces' and column_name = 'max_accounts') = 0,
  'alter table workspaces add column max_accounts int null, add column max_starting_links int null,
    add column max_calls_per_minute int null',
  'do 0');
prepare add_quotas from @add_quotas;
execute add_quotas;
deallocate prepare add_quotas;

-- how many calls the workspaces with a quota had; a row lives for an hour
create table if not exists workspace_calls (
  workspace_id varchar(36) not null,
  -- since 1970
  minute bigint not null,
  calls bigint not null,
  primary key (workspace_id, minute),
  constraint workspace_calls_workspace foreign key (workspace_id) references workspaces (id)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin;
