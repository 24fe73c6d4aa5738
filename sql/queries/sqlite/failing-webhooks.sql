-- Which webhooks had no successful delivery since one failed, how much waits for them, and how did the last attempt end?

select
  webhooks.workspace_id, webhooks.id as webhook_id, webhooks.failing_since,
  (select count(*) from webhook_deliveries where webhook_id = webhooks.id and state = 'pending') as pending,
  (select count(*) from webhook_deliveries where webhook_id = webhooks.id and state = 'dead') as dead,
  (select last_result from webhook_deliveries
    where webhook_id = webhooks.id and last_attempt_at is not null
    order by last_attempt_at desc limit 1) as last_result
from webhooks
where webhooks.deleted_at is null and webhooks.failing_since is not null
order by webhooks.failing_since;
