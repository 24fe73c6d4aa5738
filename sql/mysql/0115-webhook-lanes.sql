-- Why: deliveries are claimed webhook by webhook, so that a receiver that does not answer delays no other; an account whose
-- session is not started any more is an event of its own.
-- Locks: builds two indices over the deliveries that are kept, online; a metadata lock on both tables for a few milliseconds.

-- MySQL knows no "add key if not exists", and this file can be run again after it stopped half-way.
set @add_keys = if(
  (select count(*) from information_schema.statistics
    where table_schema = database() and table_name = 'webhook_deliveries' and index_name = 'webhook_deliveries_by_age') = 0,
  'alter table webhook_deliveries drop key webhook_deliveries_due, add key webhook_deliveries_due (webhook_id, state, next_attempt_at),
    add key webhook_deliveries_by_age (state, created_at)',
  'do 0');
prepare add_keys from @add_keys;
execute add_keys;
deallocate prepare add_keys;

drop trigger if exists attention_to_outbox;
create trigger attention_to_outbox after update on sessions for each row
begin
  if old.attention_at is null and new.attention_at is not null
    and exists (select 1 from webhooks where workspace_id = new.workspace_id and deleted_at is null) then
    insert into webhook_outbox (workspace_id, account_id, type, detail, at)
    values (new.workspace_id, new.account_id, 'account.attention', json_object('code', new.attention_code), new.attention_at);
  end if;
end;
