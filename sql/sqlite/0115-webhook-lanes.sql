-- Why: deliveries are claimed webhook by webhook, so that a receiver that does not answer delays no other; an account whose
-- session is not started any more is an event of its own.
-- Locks: builds two indices over the deliveries that are kept; the whole file is locked for writing meanwhile.

drop index webhook_deliveries_due;
create index webhook_deliveries_due on webhook_deliveries (webhook_id, state, next_attempt_at);

create trigger attention_to_outbox after update of attention_at on sessions
when old.attention_at is null and new.attention_at is not null
  and exists (select 1 from webhooks where workspace_id = new.workspace_id and deleted_at is null)
begin
  insert into webhook_outbox (workspace_id, account_id, type, detail, at)
  values (new.workspace_id, new.account_id, 'account.attention', json_object('code', new.attention_code), new.attention_at);
end;

create index webhook_deliveries_by_age on webhook_deliveries (state, created_at);
